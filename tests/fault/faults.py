"""Faults of a node's disk and clock: a small disk that fills up, system calls that fail (by strace,
on the vault's own thread), a vault that was damaged, a clock that is stepped. Each can say that it
happened."""

import glob
import os
import re
import shutil
import signal
import subprocess

import processes
from processes import failed, wait_until

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
VAULT_THREAD = "varde-vault"


class small_disk:
    """A tmpfs of its own, to be filled and emptied."""

    def __init__(self, path, megabytes):
        self.path = path
        os.makedirs(path)
        size = f"size={megabytes}m"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "none", path], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise failed(f"a small disk can't be mounted (needs root): {done.stderr}")
        self.filler = os.path.join(path, "filler")

    def fill(self):
        """Takes all that is free; how many bytes that was."""
        taken = 0
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:
                    taken += file.write(bytes(4096))
            except OSError:
                return taken

    def free_bytes(self):
        about = os.statvfs(self.path)
        return about.f_bavail * about.f_bsize

    def empty(self):
        os.remove(self.filler)

    def close(self):
        subprocess.run(["umount", "-l", self.path], check=False)


class lossy_disk:
    """A disk on which nothing is that was not synced, once its power is cut."""

    def __init__(self, home):
        self.surface = os.path.join(home, "surface")
        self.path = os.path.join(home, "disk")
        self.counter = os.path.join(home, "at-risk")
        self.log = os.path.join(home, "disk.log")
        os.makedirs(self.surface)
        os.makedirs(self.path)
        self.server = None
        self.mount()

    def mount(self):
        program = os.path.join(processes.HERE, "lossy_disk_process.py")
        command = ["/usr/bin/python3", "-B", program, self.surface, self.path, self.counter]
        self.server = processes.process(command, self.log)

        def mounted():
            if not self.server.runs():
                with open(self.log, encoding="utf-8") as log:
                    raise failed(f"FUSE does not work here (python3-pyfuse3): {log.read()[-500:]}")
            return os.path.ismount(self.path)

        wait_until(mounted, "the disk is mounted")

    def cut_power(self):
        """Whatever was not synced is gone; how many bytes that was."""
        self.server.kill()
        self.unmount()
        with open(self.counter, "rb") as file:
            return int.from_bytes(file.read(), "little")

    def unmount(self):
        subprocess.run(["umount", "-l", self.path], check=False, capture_output=True)

    def close(self):
        self.server.kill()
        self.unmount()


class failing_calls:
    """System calls of one thread of a node that fail, from start() to stop()."""

    def __init__(self, node, calls, how, log):
        self.node, self.calls, self.how, self.log = node, calls, how, log
        self.tracer = None

    def start(self):
        thread = thread_of(self.node.process.pid, VAULT_THREAD)
        calls = ",".join(self.calls)
        command = ["strace", "-p", str(thread), "-e", f"trace={calls}"]
        command += ["-e", f"inject={calls}:{self.how}", "-o", self.log]
        self.tracer = processes.process(command, self.log + ".errors")
        traced = f"TracerPid:\t{self.tracer.pid}"

        def attached():
            with open(f"/proc/{self.node.process.pid}/task/{thread}/status", encoding="utf-8") as f:
                return traced in f.read()

        wait_until(attached, "strace is attached")
        return self

    def injected(self):
        """How many calls failed by it so far."""
        if not os.path.exists(self.log):
            return 0
        with open(self.log, encoding="utf-8", errors="replace") as file:
            text = file.read()
            return text.count("(INJECTED)") + text.count("(DELAYED)")

    def stop(self):
        self.tracer.signal(signal.SIGINT)
        self.tracer.child.wait(10)

    def close(self):
        if self.tracer:
            self.tracer.kill()


def thread_of(pid, name):
    for path in glob.glob(f"/proc/{pid}/task/*/comm"):
        with open(path, encoding="utf-8") as file:
            if file.read().strip() == name:
                return int(path.split("/")[4])
    raise failed(f"process {pid} has no thread {name}")


def segments(vault):
    """The vault's files, oldest first."""
    return sorted(glob.glob(os.path.join(vault, "segments", "*.segment")))


def used_bytes(path):
    """Up to where a segment holds something other than zeros."""
    with open(path, "rb") as file:
        return len(file.read().rstrip(b"\0"))


def damage_vault(vault, blocks=3, block=4096):
    """Overwrites blocks amid the records of the fullest segment; how many bytes were changed."""
    path = max(segments(vault), key=used_bytes)
    used = used_bytes(path)
    if used < 12 * block:
        raise failed(f"the vault is too small to be damaged: {used} bytes")
    middle = used // 2 // block * block
    with open(path, "r+b") as file:
        file.seek(middle)
        before = file.read(blocks * block)
        file.seek(middle)
        file.write(bytes(b ^ 0xA5 for b in before))
    return len(before)


def set_aside(vault):
    """What a node set aside of its vault since it was made."""
    return [p for p in glob.glob(os.path.join(vault, "segments.corrupt-*")) if os.path.isdir(p)]


class clock:
    """A clock for one node that can be stepped while it runs, by libfaketime."""

    def __init__(self, path):
        if not os.path.exists(FAKETIME):
            raise failed("libfaketime is missing: deploy/install.sh test")
        self.path = path
        self.step(0)

    def step(self, seconds):
        with open(self.path + ".part", "w", encoding="utf-8") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(self.path + ".part", self.path)

    def environment(self):
        return {
            "LD_PRELOAD": FAKETIME,
            "FAKETIME_TIMESTAMP_FILE": self.path,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def cut_append_only_file(home, from_bytes):
    """Shortens a stopped redis-server's newest append-only file to what it was, as a disk does that
    said it had written; how many bytes that took away."""
    path = newest_append_only_file(home)
    size = os.path.getsize(path)
    os.truncate(path, from_bytes)
    return size - from_bytes


def append_only_size(home):
    return os.path.getsize(newest_append_only_file(home))


def remove_append_only_file(home):
    """Removes all a stopped redis-server has on disk; how many files that was."""
    directory = os.path.join(home, "appendonlydir")
    count = len(os.listdir(directory))
    shutil.rmtree(directory)
    return count


def newest_append_only_file(home):
    found = glob.glob(os.path.join(home, "appendonlydir", "*.incr.aof"))
    return max(found, key=lambda path: int(re.search(r"\.(\d+)\.incr", path).group(1)))
