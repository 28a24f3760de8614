"""The harness's side of the gate: opens ways through it and makes them fail. Names of ways begin
with the node they belong to, and a command holds for all ways whose name begins with its word."""

import json
import os
import subprocess
import sys

import processes

BOTH = ("there", "back")


class gate:
    def __init__(self):
        program = os.path.join(processes.HERE, "gate_process.py")
        self.child = subprocess.Popen(
            [sys.executable, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=processes.die_with_parent,
        )

    def command(self, **words):
        """Sends a command; what the ways it holds for have met so far, by name."""
        self.child.stdin.write(json.dumps(words) + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def open(self, name, target_port, exchange=None, port=None):
        """A new way to a port of the loopback; the port that leads to it."""
        port = port or processes.free_port()
        target = ["127.0.0.1", target_port]
        self.command(do="open", name=name, port=port, target=target, exchange=exchange or {})
        return port

    def blackhole(self, name, on=True, directions=BOTH):
        """Everything is taken and nothing comes out, also of new connections. What a connection
        swallowed stays lost, so lifting it cuts those that are there."""
        met = self.command(do="swallow", name=name, on=on, directions=directions)
        if not on:
            self.command(do="cut", name=name)
        return met

    def delay(self, name, s, directions=BOTH):
        return self.command(do="delay", name=name, s=s, directions=directions)

    def refuse(self, name, on=True):
        """Cuts what is there, and hangs up on what comes."""
        return self.command(do="refuse", name=name, on=on)

    def cut(self, name):
        return self.command(do="cut", name=name)

    def half_close(self, name):
        return self.command(do="half_close", name=name)

    def met(self, name):
        return self.command(do="count", name=name)

    def close(self):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()
