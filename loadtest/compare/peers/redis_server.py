"""Redis as it is strictest: an append-only file that is synced before every reply, and no other way
in than a Unix socket, which is how the embedded server of Varde has it too."""

import os

from ..bench import find_program, wait_until

DURABLE = "Redis's disk (append-only file, fsync always)"


class redis_server:
    def __init__(self, bench, layout):
        self.bench = bench
        self.layout = layout
        self.directory = bench.directory("redis")
        self.socket = os.path.join(self.directory, "redis.sock")
        self.address = f"unix:{self.socket}"
        self.start_again()

    def start_again(self):
        self.log = os.path.join(self.directory, f"log-{self.bench.next_number()}")
        self.process = self.bench.start(
            [
                *(find_program("redis-server"), "--port", "0", "--unixsocket", self.socket),
                *("--dir", self.directory, "--save", "", "--appendonly", "yes"),
                *("--appendfsync", "always"),
            ],
            self.log,
            self.layout,
        )
        wait_until(self._is_ready, "redis-server is ready")

    def _is_ready(self):
        with open(self.log, encoding="utf-8") as file:
            return "eady to accept connections" in file.read()

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
