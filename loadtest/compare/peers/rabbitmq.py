"""RabbitMQ, one node, with its Erlang machine in the foreground and a port mapper of its own, so
that both end with the bench and disturb no other Erlang on the machine."""

import os

from .. import bench as benches
from ..bench import find_program, wait_until

DURABLE_QUORUM = "the disk: a quorum queue of one node writes its log, synced, before it confirms"
DURABLE_PRIORITY = "the disk: a durable classic queue with persistent messages (it knows no quorum)"
# Booting takes seconds of processor time, and the cores may be shared.
START_LIMIT_S = 300.0
CONFIGURATION = """
listeners.tcp.default = 127.0.0.1:{port}
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 200MB
heartbeat = 0
"""


class rabbitmq:
    def __init__(self, bench, layout):
        self.bench = bench
        self.layout = layout
        self.directory = bench.directory("rabbitmq")
        self.port = benches.processes.free_port()
        self.distribution_port = benches.processes.free_port()
        # The machine's port mapper: one that it starts itself would outlive it.
        self.mapper_port = str(benches.processes.free_port())
        bench.start(
            [find_program("epmd"), "-address", "127.0.0.1", "-port", self.mapper_port],
            os.path.join(self.directory, "epmd.log"),
            layout,
        )
        self.address = f"tcp:127.0.0.1:{self.port}"
        self.configuration = os.path.join(self.directory, "rabbitmq.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(port=self.port))
        self.start_again()

    def start_again(self):
        home = self.directory
        environment = {
            "HOME": home,
            "RABBITMQ_NODENAME": f"varde-compare-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": self.configuration,
            "RABBITMQ_ADVANCED_CONFIG_FILE": os.path.join(home, "none.config"),
            "RABBITMQ_CONF_ENV_FILE": os.path.join(home, "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": os.path.join(home, "plugins"),
            "RABBITMQ_MNESIA_BASE": os.path.join(home, "data"),
            "RABBITMQ_LOG_BASE": os.path.join(home, "logs"),
            "RABBITMQ_LOGS": os.path.join(home, "rabbit.log"),
            "RABBITMQ_PID_FILE": os.path.join(home, "rabbit.pid"),
            "ERL_EPMD_PORT": self.mapper_port,
            # The script puts the Erlang machine in its own place instead of standing before it.
            "NOTIFY_SOCKET": os.path.join(home, "nobody-listens"),
        }
        self.log = os.path.join(home, "log")
        self.process = self.bench.start([_server()], self.log, self.layout, environment=environment)
        wait_until(
            lambda: self._is_ready() or not self.process.runs(), "RabbitMQ is ready", START_LIMIT_S
        )
        if not self.process.runs():
            with open(self.log, encoding="utf-8", errors="replace") as file:
                said = " ".join(file.read().split())
            raise benches.unavailable(f"RabbitMQ ended: {said[-200:]}")

    def _is_ready(self):
        return benches.answers_on(self.port)

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        benches.kill_tree(self.process)


def _server():
    """The script itself: Debian's wrapper asks for another user."""
    path = "/usr/lib/rabbitmq/bin/rabbitmq-server"
    if not os.path.exists(path):
        find_program("rabbitmq-server")
        raise benches.unavailable(f"{path} is not there")
    return path

