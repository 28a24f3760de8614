"""mosquitto, in memory as it comes, or saving its database after every change. Its limits on
messages in flight and in queues are lifted, since they would be measured instead of it."""

import os

from .. import bench as benches
from ..bench import answers_on, find_program, wait_until

DURABLE = {
    "memory": "nothing: kept in memory",
    "autosave": "nothing for sure: the database is saved after each change, but after the "
    "acknowledgement, and rewritten whole",
}


class mosquitto:
    def __init__(self, bench, layout, keeps="memory", certificates=None):
        self.bench = bench
        self.layout = layout
        self.directory = bench.directory("mosquitto")
        self.port = benches.processes.free_port()
        carrier = "tls" if certificates else "tcp"
        self.address = f"{carrier}:127.0.0.1:{self.port}"
        settings = [
            "user root",
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "max_inflight_messages 0",
            "max_queued_messages 0",
            "set_tcp_nodelay true",
        ]
        if keeps == "autosave":
            settings += [
                "persistence true",
                f"persistence_location {self.directory}/",
                "autosave_interval 1",
                "autosave_on_changes true",
            ]
        if certificates:
            settings += [
                f"cafile {os.path.join(certificates, 'ca.crt')}",
                f"certfile {os.path.join(certificates, 'server.crt')}",
                f"keyfile {os.path.join(certificates, 'server.key')}",
                "tls_version tlsv1.3",
            ]
        self.configuration = os.path.join(self.directory, "mosquitto.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write("\n".join(settings) + "\n")
        self.start_again()

    def start_again(self):
        self.process = self.bench.start(
            [find_program("mosquitto"), "-c", self.configuration],
            os.path.join(self.directory, "log"),
            self.layout,
        )
        wait_until(lambda: answers_on(self.port), "mosquitto listens")

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
