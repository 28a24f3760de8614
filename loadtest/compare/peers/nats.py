"""nats-server with JetStream, spoken to by its MQTT listener: messages of QoS 1 go into a stream on
the disk's files."""

import os

from .. import bench as benches
from ..bench import answers_on, find_program, wait_until

DURABLE = "the kernel's page cache: JetStream's file store, synced every two minutes"
CONFIGURATION = """
server_name: compare
listen: "127.0.0.1:{own_port}"
jetstream {{ store_dir: "{directory}" }}
mqtt {{ listen: "127.0.0.1:{port}", max_ack_pending: 65535 }}
"""


class nats:
    def __init__(self, bench, layout):
        self.bench = bench
        self.layout = layout
        self.directory = bench.directory("nats")
        self.port = benches.processes.free_port()
        self.address = f"tcp:127.0.0.1:{self.port}"
        self.configuration = os.path.join(self.directory, "nats.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(
                CONFIGURATION.format(
                    own_port=benches.processes.free_port(),
                    port=self.port,
                    directory=self.directory,
                )
            )
        self.start_again()

    def start_again(self):
        self.process = self.bench.start(
            [find_program("nats-server"), "-c", self.configuration],
            os.path.join(self.directory, "log"),
            self.layout,
        )
        wait_until(lambda: answers_on(self.port), "nats-server listens")

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
