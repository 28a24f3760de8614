"""Kamailio as the limit of what a SIP server can do with a MESSAGE: it answers 200 from the request
alone, keeps nothing and decides nothing. One worker, as Varde has one edge thread."""

import os

from .. import bench as benches
from ..bench import find_program, wait_until

DURABLE = "nothing: answered statelessly from memory"
CONFIGURATION = """
children=1
auto_aliases=no
listen=udp:127.0.0.1:{port}
disable_tcp=yes
debug=0
log_stderror=yes
mpath="{modules}"
loadmodule "sl.so"
request_route {{
  sl_send_reply("200", "OK");
}}
"""


class kamailio:
    def __init__(self, bench, layout):
        self.directory = bench.directory("kamailio")
        self.port = benches.processes.free_port()
        configuration = os.path.join(self.directory, "kamailio.cfg")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(port=self.port, modules=_modules()))
        log = os.path.join(self.directory, "log")
        self.process = bench.start(
            [
                *(find_program("kamailio"), "-f", configuration, "-DD", "-E"),
                *("-P", os.path.join(self.directory, "pid"), "-Y", self.directory),
                *("-m", "64", "-M", "16"),
            ],
            log,
            layout,
        )
        wait_until(lambda: self._has_socket() or not self.process.runs(), "kamailio listens")
        if not self.process.runs():
            with open(log, encoding="utf-8") as file:
                raise benches.unavailable(f"kamailio ended: {file.read().strip()[-200:]}")

    def _has_socket(self):
        with open("/proc/net/udp", encoding="utf-8") as file:
            return f":{self.port:04X} " in file.read()

    @property
    def pid(self):
        return self.process.pid


def _modules():
    """Where this machine's architecture keeps them."""
    root = "/usr/lib"
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name, "kamailio", "modules")
        if os.path.exists(os.path.join(path, "sl.so")):
            return path + "/"
    raise benches.unavailable("kamailio's modules are not installed")
