"""The records that devices and people keep outside of Varde: append-only files of JSON lines, one
event each, written before the deed where it matters (a signal is noted before it is sent) and read
by the harness while they grow."""

import json
import os
import time


class writer:
    """Appends events; each is in the file when add() returns."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, event, **what):
        line = json.dumps({"t": time.monotonic(), "e": event, **what}, separators=(",", ":"))
        os.write(self.file, line.encode() + b"\n")


class reader:
    """All events of a file so far; more() reads on."""

    def __init__(self, path):
        self.path = path
        self.events = []
        self._file = None
        self._rest = b""

    def more(self):
        if self._file is None:
            if not os.path.exists(self.path):
                return self.events
            self._file = open(self.path, "rb")
        data = self._rest + self._file.read()
        lines = data.split(b"\n")
        self._rest = lines.pop()
        self.events += [json.loads(line) for line in lines]
        return self.events

    def count(self, event, since=0.0):
        """How many such events there are, from a moment on."""
        return sum(1 for e in self.more() if e["e"] == event and e["t"] >= since)

    def close(self):
        if self._file:
            self._file.close()
