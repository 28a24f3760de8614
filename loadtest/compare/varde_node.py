"""Varde as a contender: `varde demo` with made-up devices, its embedded Redis, and the policy of
acknowledging that a row asks for. The certificates of the devices are made once and copied, since
making them is no part of any figure."""

import json
import os
import shutil

from . import bench as benches
from .bench import find_program, wait_until

import ledger_reader  # found by what bench puts on the path

DURABLE = {
    "disk": "the node's disk (O_DSYNC)",
    "disk+redis": "the node's disk (O_DSYNC) and Redis's (fsync always)",
    "disk+redis+replica": "the node's disk (O_DSYNC), Redis's (fsync always) and one replica",
}
FREE = "127.0.0.1:0"
START_LIMIT_S = 60.0
# Devices that are registered a second when the directory is new, at the very least.
SEEDED_PER_S = 2_000
# The scenarios that are shipped.
SCENARIOS = os.path.join(benches.HERE, "..", "scenarios")


class varde_node:
    def __init__(
        self,
        bench,
        layout,
        policy="disk+redis",
        directory=None,
        scaip="off",
        scaip_tcp="off",
        devices=None,
        registered=0,
    ):
        self.bench = bench
        self.layout = layout
        self.policy = policy
        self.scaip = scaip
        self.scaip_tcp = scaip_tcp
        self.devices = devices or bench.devices
        self.registered = registered
        self.directory = directory or bench.directory("varde")
        template = os.path.join(bench.home, "certificates")
        if directory is None and os.path.isdir(template):
            shutil.copytree(template, os.path.join(self.directory, "tls"))
        self._start()
        if not os.path.isdir(template):
            shutil.copytree(os.path.join(self.directory, "tls"), template)
        if "replica" in policy:
            self._add_replica()

    def _start(self):
        told = os.path.join(self.directory, "demo.json")
        if os.path.exists(told):
            os.remove(told)
        self.process = self.bench.start(
            [
                *(self.bench.varde, "demo", "--data", self.directory, "--quiet"),
                *("--devices", str(self.devices), "--acknowledge", self.policy),
                *("--registered", str(self.registered)),
                *("--https", FREE, "--native", FREE, "--scaip-udp", self.scaip),
                *("--scaip-tcp", self.scaip_tcp, "--scaip-tls", "off", "--metrics", FREE),
            ],
            os.path.join(self.directory, "log"),
            self.layout,
        )

        def is_decided():
            return os.path.exists(told) or not self.process.runs()

        wait_until(is_decided, "varde is ready", START_LIMIT_S + self.registered / SEEDED_PER_S)
        if not self.process.runs():
            with open(os.path.join(self.directory, "log"), encoding="utf-8") as file:
                raise benches.unavailable(f"varde ended: {file.read().strip()[-200:]}")

    def _add_replica(self):
        port, own = benches.processes.free_port(), benches.processes.free_port()
        with redis_client(self.redis_socket) as c:
            c.ask("CONFIG", "SET", "port", port)
        home = self.bench.directory("replica")
        self.bench.start(
            [
                *(find_program("redis-server"), "--port", str(own), "--bind", "127.0.0.1"),
                *("--dir", home, "--save", "", "--appendonly", "yes"),
                *("--appendfsync", "everysec", "--replicaof", "127.0.0.1", str(port)),
            ],
            os.path.join(home, "log"),
            self.layout,
        )

        def is_up():
            with redis_client(self.redis_socket) as c:
                return b"state=online" in c.ask("INFO", "replication")

        wait_until(is_up, "the replica is online")

    @property
    def redis_socket(self):
        return os.path.join(self.directory, "redis", "redis.sock")

    @property
    def pid(self):
        return self.process.pid

    def ledger_bytes_per_entry(self):
        """What the stream holds for an entry, by the newest batches of the longest ledger."""
        with redis_client(self.redis_socket) as c:
            keys = c.ask("KEYS", "v:{*}:ledger")
            longest = max(keys, key=lambda key: c.ask("XLEN", key))
            newest = c.ask("XREVRANGE", longest, "+", "-", "COUNT", 100)
        elements = [fields for _, fields in newest]
        entries = sum(len(ledger_reader.entries_in(fields)) for fields in elements)
        return round(sum(sum(map(len, fields)) for fields in elements) / entries)

    def kill(self):
        """kill -9; its Redis goes with it."""
        self.process.kill()

    def stop(self):
        """As an administrator does."""
        self.process.end()

    def start_again(self):
        self._start()

    def addresses(self):
        """What it wrote down of where it listens."""
        with open(os.path.join(self.directory, "demo.json"), encoding="utf-8") as file:
            return json.load(file)

    def load_streams(self, streams, **more):
        """varde-load's figures of these streams side by side."""
        path = os.path.join(self.bench.directory("scenario"), "scenario.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"seconds": self.bench.seconds, "streams": streams, **more}, file)
        return self.load_scenario(path)

    def load_scenario(self, path):
        """varde-load's figures of a scenario against this node."""
        return self.bench.generate(
            [
                *(self.bench.varde_load, "scenario", self.directory, path),
                *("--server-pid", str(self.pid)),
            ],
            self.layout,
        )

    def load(self, protocol, *options):
        """varde-load's figures of a run against this node."""
        return self.bench.generate(
            [
                *(self.bench.varde_load, protocol, self.directory),
                *("--seconds", str(self.bench.seconds), "--server-pid", str(self.pid)),
                *map(str, options),
            ],
            self.layout,
        )


def shipped_scenario(name):
    """One of loadtest/scenarios, to be changed before it is run."""
    with open(os.path.join(SCENARIOS, f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


def certificates(bench):
    """The directory with the authority's and the server's own, made by the first node."""
    template = os.path.join(bench.home, "certificates")
    if not os.path.isdir(template):
        raise benches.unavailable("no node of Varde was there to make the certificates")
    return template


def redis_client(path):
    """The tests' plain client, on a Unix socket."""
    import redis_servers  # beside bench's processes

    class client(redis_servers.client):
        def __init__(self):
            self.socket = redis_servers.socket.socket(redis_servers.socket.AF_UNIX)
            self.socket.connect(path)
            self.file = self.socket.makefile("rb")

    return client()


def saturation(figures):
    """What a closed-loop run says."""
    return {
        "acknowledged_per_s": figures["acknowledged_per_s"],
        "server_cpu_us": figures["cpu"]["server_s_per_signal"] * 1e6,
    }


def latency(figures):
    """What an open-loop run with somebody watching says."""
    return {
        "acknowledge_p50_ms": figures["acknowledge"]["p50_ms"],
        "acknowledge_p99_ms": figures["acknowledge"]["p99_ms"],
        "screen_p50_ms": figures["websocket"]["p50_ms"],
        "screen_p99_ms": figures["websocket"]["p99_ms"],
    }
