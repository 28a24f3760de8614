"""Real redis-servers with three sentinels, as the administrator's guide sets them up, and the plain
Redis client by which the harness asks them itself. Each server keeps its port and its directory
when it is killed and started again."""

import os
import signal
import socket

import processes
from processes import wait_until

MASTER_NAME = "varde"
SENTINELS = 3
COMMON = """bind 127.0.0.1
save ""
appendonly yes
appendfsync always
maxmemory-policy noeviction
repl-diskless-sync-delay 0
repl-ping-replica-period 1
min-replicas-to-write 1
min-replicas-max-lag 2
auto-aof-rewrite-percentage 0
enable-debug-command local
"""


class redis_error(Exception):
    """What Redis answered instead."""


class client:
    """One connection to one server, speaking RESP 2."""

    def __init__(self, port, timeout_s=10.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def ask(self, *words):
        parts = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        data = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)
        self.socket.sendall(data)
        return self._read()

    def _read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("Redis hung up")
        kind, text = line[:1], line[1:-2]
        if kind == b"+":
            return text
        if kind == b"-":
            raise redis_error(text.decode())
        if kind == b":":
            return int(text)
        length = int(text)
        if kind == b"$":
            return None if length < 0 else self.file.read(length + 2)[:-2]
        return None if length < 0 else [self._read() for _ in range(length)]


class server:
    """One redis-server or sentinel, with a configuration file that it may rewrite. Its data may lie
    on another disk than that."""

    def __init__(self, home, settings, arguments=(), data=None):
        self.port = processes.free_port()
        self.home = home
        self.data = data or home
        self.arguments = list(arguments)
        os.makedirs(home, exist_ok=True)
        os.makedirs(self.data, exist_ok=True)
        self.configuration = os.path.join(home, "redis.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(f"port {self.port}\ndir {self.data}\n{settings}")
        self.process = None

    def start(self):
        log = os.path.join(self.home, "log")
        command = ["redis-server", self.configuration, *self.arguments]
        self.process = processes.process(command, log, cwd=self.home)
        return self

    def ask(self, *words, timeout_s=10.0):
        with client(self.port, timeout_s) as c:
            return c.ask(*words)

    def answers(self):
        try:
            return self.ask("PING", timeout_s=1.0) == b"PONG"
        except (OSError, redis_error):
            return False

    def role(self):
        """b"master" or b"slave"; b"" if it does not say."""
        try:
            return self.ask("ROLE", timeout_s=1.0)[0]
        except (OSError, redis_error):
            return b""

    def ledger_length(self):
        """Entries of all ledgers together: the versions that their places begin with."""
        with client(self.port) as c:
            places = [c.ask("HGETALL", key) for key in c.ask("KEYS", "v:{*}:places")]
        pairs = [pair for one in places for pair in zip(one[::2], one[1::2])]
        return sum(int(place.split()[0]) for subject, place in pairs if subject[:1] != b".")

    def freeze(self):
        self.process.signal(signal.SIGSTOP)
        wait_until(self.process.is_stopped, "redis-server is stopped")

    def thaw(self):
        self.process.signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()

    def close(self):
        if self.process:
            self.process.kill()


class watched:
    """A master with replicas under three sentinels."""

    def __init__(self, home, replicas=2, settings="", disk=None):
        self.servers = []
        for i in range(replicas + 1):
            follow = f"replicaof 127.0.0.1 {self.servers[0].port}\n" if i else ""
            data = disk and os.path.join(disk, f"redis-{i}")
            own = os.path.join(home, f"redis-{i}")
            self.servers.append(server(own, COMMON + settings + follow, data=data))
        self.sentinels = [
            server(os.path.join(home, f"sentinel-{i}"), self._watching(), ["--sentinel"])
            for i in range(SENTINELS)
        ]
        for one in self.servers + self.sentinels:
            one.start()
        wait_until(
            lambda: all(s.answers() for s in self.servers + self.sentinels), "Redis answers"
        )
        for one in self.sentinels:
            one.ask("SENTINEL", "DEBUG", "INFO-PERIOD", "100", "PUBLISH-PERIOD", "100")
        wait_until(self.is_watched, "the sentinels know each other and the replicas")
        for one in self.sentinels:
            one.ask("SENTINEL", "DEBUG", "INFO-PERIOD", "10000", "PUBLISH-PERIOD", "2000")
        wait_until(lambda: self.online_replicas() == replicas, "the replicas are online")

    def _watching(self):
        return (
            "bind 127.0.0.1\n"
            f"sentinel monitor {MASTER_NAME} 127.0.0.1 {self.servers[0].port} 2\n"
            f"sentinel down-after-milliseconds {MASTER_NAME} 1000\n"
            f"sentinel failover-timeout {MASTER_NAME} 10000\n"
        )

    def is_watched(self):
        for one in self.sentinels:
            said = one.ask("SENTINEL", "MASTER", MASTER_NAME)
            about = dict(zip(said[::2], said[1::2]))
            if int(about[b"num-other-sentinels"]) != SENTINELS - 1:
                return False
            if int(about[b"num-slaves"]) != len(self.servers) - 1:
                return False
        return True

    def online_replicas(self):
        return self.master().ask("INFO", "replication").count(b"state=online")

    def master(self):
        """The server that the sentinels name, with the newest story."""
        best = None
        for one in self.sentinels:
            try:
                said = one.ask("SENTINEL", "MASTER", MASTER_NAME, timeout_s=1.0)
            except (OSError, redis_error):
                continue
            about = dict(zip(said[::2], said[1::2]))
            epoch = int(about[b"config-epoch"])
            if best is None or epoch > best[0]:
                best = (epoch, int(about[b"port"]))
        if best is None:
            raise processes.failed("no sentinel answers")
        return next(s for s in self.servers if s.port == best[1])

    def wait_for_failover(self, old, deadline_s=20.0):
        """Waits until another than `old` is master, named and in that role; that one."""

        def found():
            now = self.master()
            return now if now is not old and now.role() == b"master" else None

        return wait_until(found, "Sentinel has made another master", deadline_s)

    def url(self):
        places = ",".join(f"127.0.0.1:{s.port}" for s in self.sentinels)
        return f"sentinel://{places}/{MASTER_NAME}"

    def close(self):
        for one in self.sentinels + self.servers:
            one.close()
