"""Every process that the harness starts, so that each of them ends with it: by its own id, in any
case, also when the harness is interrupted or killed itself. And the waiting for conditions, each
with a deadline."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "integration"))

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class failed(Exception):
    """The scenario can't go on; args[0] says why."""


def die_with_parent():
    """In a child before exec: SIGKILL when the harness is gone, however it went."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(condition, what, deadline_s=15.0, pause_s=0.02):
    """The first true value of condition(); `failed` that says `what` after the deadline."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise failed(f"waited {deadline_s:g} s in vain: {what}")
        pause.wait(pause_s)


def free_port():
    """A TCP port of the loopback that is free for UDP too, below those the system gives away."""
    for port in _ports:
        try:
            with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue
    raise failed("no free port")


# Five digits each, which lets the gate exchange them inside replies without changing a length.
_ports = iter(range(10_000 + (os.getpid() * 97) % 15_000, 32_000))


class process:
    """One process. `log` gets its standard error, and its output unless `output` is asked for."""

    def __init__(self, command, log, cwd=None, environment=None, output=False):
        self.command = command
        with open(log, "ab") as file:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if output else file,
                stderr=file,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                preexec_fn=die_with_parent,
            )
        self.log = log

    @property
    def pid(self):
        return self.child.pid

    def runs(self):
        return self.child.poll() is None

    def signal(self, number):
        if self.runs():
            self.child.send_signal(number)

    def kill(self):
        """kill -9, and waits until it is gone. Works for a stopped one too."""
        self.signal(signal.SIGKILL)
        self.child.wait()
        self._close()

    def end(self, limit_s=30.0):
        """SIGTERM and the exit status; a `failed` when it takes longer, and then it is killed."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.child.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise failed(f"{self.command[0]} did not end within {limit_s:g} s") from None
        finally:
            self._close()

    def _close(self):
        if self.child.stdout:
            self.child.stdout.close()

    def state(self):
        """The letter of /proc: R, S, T (stopped) …; "" when it is gone."""
        try:
            with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0]
        except OSError:
            return ""

    def is_stopped(self):
        return self.state() == "T"
