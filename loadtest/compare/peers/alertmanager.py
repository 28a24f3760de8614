"""prometheus-alertmanager, which deduplicates, groups and notifies as Varde does, told to wait for
nothing: every alert is a group of its own and is notified at once."""

import json
import os
import urllib.error
import urllib.request

from .. import bench as benches
from ..bench import find_program, wait_until

DURABLE = "nothing: alerts are kept in memory"
CONFIGURATION = """
route:
  receiver: screen
  group_by: ["..."]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 24h
receivers:
- name: screen
  webhook_configs:
  - url: "http://127.0.0.1:{webhook_port}/"
    send_resolved: false
"""


class alertmanager:
    def __init__(self, bench, layout):
        self.bench = bench
        self.layout = layout
        self.directory = bench.directory("alertmanager")
        self.port = benches.processes.free_port()
        self.webhook_port = benches.processes.free_port()
        self.address = f"tcp:127.0.0.1:{self.port}"
        self.configuration = os.path.join(self.directory, "alertmanager.yml")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(webhook_port=self.webhook_port))
        self.start_again()

    def start_again(self):
        self.process = self.bench.start(
            [
                *(find_program("prometheus-alertmanager"), f"--config.file={self.configuration}"),
                *(f"--storage.path={self.directory}", "--cluster.listen-address="),
                *(f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"),
            ],
            os.path.join(self.directory, "log"),
            self.layout,
        )
        wait_until(self._is_ready, "alertmanager is ready")

    def _get(self, path):
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read()

    def _is_ready(self):
        try:
            return self._get("/-/ready") is not None
        except (OSError, urllib.error.URLError):
            return False

    def numbers(self):
        """Of the alerts that it has now."""
        alerts = json.loads(self._get("/api/v2/alerts"))
        return {int(alert["labels"]["payload"][:16], 16) for alert in alerts}

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
