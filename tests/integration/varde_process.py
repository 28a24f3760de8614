"""A varde of the tests' own: started on free ports with its data in a directory of its own, waited
for until it says that it is ready, and ended by its process id. Tests talk to it as strangers
would."""

import atexit
import functools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START_S_MAX = 180.0
END_S_MAX = 30.0
# Everything a server listens on, by its option; port 0 lets the system choose.
LISTEN_OPTIONS = ("https", "scaip-udp", "scaip-tcp", "scaip-tls", "native", "metrics")


def binary():
    """The executable under test: build/varde, or what VARDE_BINARY names."""
    return os.environ.get("VARDE_BINARY", os.path.join(TOP, "build", "varde"))


def wait_until(condition, what, deadline_s=10.0):
    """The first true value of condition(); an AssertionError that says `what` after deadline_s."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s} s in vain: {what}")
        pause.wait(0.02)


def run_command(*words):
    """Runs a command of varde that ends by itself; what it did, with its output as text."""
    return subprocess.run(
        [binary(), *words], capture_output=True, text=True, timeout=START_S_MAX, check=False
    )


@functools.cache
def demo_template():
    """The data of a demo that was started and stopped once: making its accounts takes seconds of
    processor time on purpose, so the tests' servers begin with a copy."""
    path = tempfile.mkdtemp(prefix="varde-test-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    varde_process(data=path).start().stop()
    return path


class varde_process:
    """`varde demo` by default, without made-up signals. Use as a context manager, or call start()
    and close(); after stop() or kill() it may be started again on the same data.

    ready   name → "HOST:PORT" from the line `varde ready …`
    demo    what DIR/demo.json says (demo only)
    data    the data directory
    """

    def __init__(self, *arguments, command="demo", data=None, environment=None):
        self.own_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="varde-test-")
        if self.own_data and command == "demo" and not arguments:
            left_out = shutil.ignore_patterns("*.sock", "*.pid", "*.lock", "*.log")
            shutil.copytree(demo_template(), self.data, ignore=left_out, dirs_exist_ok=True)
        self.command = [binary(), command]
        for option in LISTEN_OPTIONS:
            self.command += [f"--{option}", "127.0.0.1:0"]
        self.command += ["--data", self.data, *arguments]
        if command == "demo":
            self.command.append("--quiet")
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.ready = {}
        self.demo = {}
        self.log_path = os.path.join(self.data, "test.log")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def start(self):
        """Starts it and waits for `varde ready`."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self.environment,
                cwd=TOP,
            )
        # A server that hangs at the start is killed, which ends the reading below.
        guard = threading.Timer(START_S_MAX, self.process.kill)
        guard.start()
        try:
            for line in self.process.stdout:
                words = line.decode().split()
                if words[:2] == ["varde", "ready"]:
                    self.ready = dict(word.split("=", 1) for word in words[2:])
                    break
        finally:
            guard.cancel()
        if not self.ready:
            status = self.process.wait()
            raise AssertionError(f"varde ended with {status} before it was ready:\n{self.log()}")
        path = os.path.join(self.data, "demo.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.demo = json.load(file)
        return self

    def log(self):
        """All that it wrote to standard error so far."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def address(self, name):
        """(host, port) of a listener, by its name in the ready line."""
        host, _, port = self.ready[name].rpartition(":")
        return host.strip("[]"), int(port)

    def stop(self, number=signal.SIGTERM):
        """Sends the signal and gives the exit status (negative: ended by that signal)."""
        self.process.send_signal(number)
        return self.wait()

    def kill(self):
        """As a power cut would: kill -9 of the server alone."""
        return self.stop(signal.SIGKILL)

    def wait(self):
        """The exit status; kills it and fails when it does not end."""
        try:
            status = self.process.wait(END_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"varde did not end within {END_S_MAX} s:\n{self.log()}") from None
        finally:
            self.process.stdout.close()
        self.ready = {}
        return status

    def cpu_s(self):
        """Seconds of processor time that the process has used, user and system."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """Ends what still runs and removes the data, if it is this object's own."""
        if self.process and self.process.poll() is None:
            self.stop()
        if self.own_data:
            shutil.rmtree(self.data, ignore_errors=True)

    # What demo.json knows, by what a test looks for.

    def device(self, protocol, **wanted):
        """The first device of a protocol with these fields, e.g. kind="safety_alarm"."""
        for device in self.demo["devices"]:
            if device["protocol"] == protocol and all(
                device.get(name) == value for name, value in wanted.items()
            ):
                return device
        raise AssertionError(f"demo.json has no {protocol} device with {wanted}")

    def sign_in_of(self, role, municipality=None, team=None, nth=0):
        """The nth sign-in with this role that serves the municipality or the team."""
        found = [
            sign_in
            for sign_in in self.demo["sign_ins"]
            if sign_in["role"] == role
            and (municipality is None or municipality in sign_in["municipalities"])
            and (team is None or team in sign_in["teams"])
        ]
        if len(found) <= nth:
            raise AssertionError(f"demo.json has no sign-in {nth} of {role} {municipality} {team}")
        return found[nth]
