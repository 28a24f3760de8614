"""The bench that every comparison runs on: a directory that goes away with it, the programs that
were built, processes that are pinned to cores and end with the bench, and the generators' runs."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "fault"))

import processes  # noqa: E402  found by the line above

# How server and generator share the machine; each row says which it was.
SHARED = "both on all cores"
SPLIT = "server on core 0, generator on core 1"
GENERATOR_LIMIT_S = 900.0
# Of Varde; connections share them where there are more.
DEVICES = 500
DEVICES_OF_SMOKE = 40


class unavailable(Exception):
    """A contender can't be measured on this machine; args[0] says why."""


class bench:
    def __init__(self, options):
        self.seconds = options.seconds
        self.devices = DEVICES_OF_SMOKE if options.smoke else DEVICES
        build = os.environ.get("VARDE_BUILD", os.path.join(TOP, "build"))
        self.varde = self._program(os.path.join(build, "varde"))
        self.varde_load = self._program(os.path.join(build, "loadtest", "varde-load"))
        self.peer_load = self._program(os.path.join(build, "loadtest", "varde-peer-load"))
        self.home = tempfile.mkdtemp(prefix="varde-compare-")
        self._running = []
        self._numbers = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end_all()
        shutil.rmtree(self.home, ignore_errors=True)

    @staticmethod
    def _program(path):
        if not os.path.exists(path):
            sys.exit(
                f"{path} is not built: cmake -B build -G Ninja -DCMAKE_BUILD_TYPE=Release "
                "-DVARDE_BENCH=ON && ninja -C build varde varde-load varde-peer-load"
            )
        return path

    def next_number(self):
        """No two things of a bench have the same."""
        self._numbers += 1
        return self._numbers

    def directory(self, name):
        """A new one, inside the bench's own."""
        path = os.path.join(self.home, f"{self.next_number()}-{name}")
        os.makedirs(path)
        return path

    def forget(self, path):
        """What a round left on the disk is not kept for the next."""
        shutil.rmtree(path, ignore_errors=True)

    def start(self, command, log, layout, **options):
        """A server, on the cores that `layout` gives to servers."""
        started = processes.process([*self._cores(layout, 0), *command], log, **options)
        self._running.append(started)
        return started

    def end_all(self):
        """By their ids, the newest first, each with the processes that it made."""
        for one in reversed(self._running):
            kill_tree(one)
        self._running = []

    def generate(self, command, layout, accepted=(0,)):
        """Runs a generator to its end and gives its figures."""
        figures = os.path.join(self.home, "figures.json")
        if os.path.exists(figures):
            os.remove(figures)
        done = subprocess.run(
            [*self._cores(layout, 1), *command, "--json", figures],
            capture_output=True,
            text=True,
            timeout=GENERATOR_LIMIT_S,
            check=False,
            preexec_fn=processes.die_with_parent,
        )
        if done.returncode not in accepted:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise unavailable(f"the generator gave up: {said[-1] if said else done.returncode}")
        with open(figures, encoding="utf-8") as file:
            return json.load(file)

    @staticmethod
    def _cores(layout, core):
        if layout == SHARED:
            return []
        if os.cpu_count() < 2:
            raise unavailable("there is only one core here")
        return ["taskset", "--cpu-list", str(core)]


def kill_tree(started):
    """kill -9 for a process and all that descend from it."""
    made = descendants(started.pid) if started.runs() else []
    started.kill()
    for pid in made:
        try:
            os.kill(pid, processes.signal.SIGKILL)
        except ProcessLookupError:
            pass  # it went with its parent


def descendants(pid):
    """The ids of all processes that `pid` made and that these made, as long as they live."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="utf-8") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        pass  # it ended meanwhile
    return found + [below for child in found for below in descendants(child)]


def find_program(name):
    """A peer's program, or `unavailable`."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise unavailable(f"{name} is not installed: deploy/install.sh compare")
    return path


def wait_until(condition, what, deadline_s=30.0):
    try:
        return processes.wait_until(condition, what, deadline_s)
    except processes.failed as error:
        raise unavailable(error.args[0]) from None


def answers_on(port):
    """True once somebody listens there."""
    with processes.socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
