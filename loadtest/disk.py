#!/usr/bin/env python3
"""How long the disk takes by itself: appends and syncs as Redis does for every turn of its loop, at
a pace, by one writer or by several side by side, and prints how long each sync took. Nothing that
is acknowledged from this disk can be quicker.

    loadtest/disk.py DIR --rate 2000 --writers 2"""

import argparse
import os
import tempfile
import threading
import time

SECONDS_MAX = 60.0
APPENDED = b"\x55" * 450  # an entry of the ledger with its lines in the append-only file


def append_and_sync(directory, rate_per_s, until):
    """Seconds that each write with its sync took."""
    took = []
    with tempfile.TemporaryFile(dir=directory) as file:
        due = time.monotonic()
        while due < until:
            time.sleep(max(0.0, due - time.monotonic()))
            before = time.monotonic()
            os.write(file.fileno(), APPENDED)
            os.fdatasync(file.fileno())
            after = time.monotonic()
            took.append(after - before)
            due = max(due + 1.0 / rate_per_s, after)
    return took


def side_by_side(directory, rate_per_s, seconds, writers):
    """The times of each writer."""
    until = time.monotonic() + seconds
    times = [[] for _ in range(writers)]

    def write(number):
        times[number] = append_and_sync(directory, rate_per_s, until)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def quantile_ms(sorted_s, share):
    return 1e3 * sorted_s[min(int(share * len(sorted_s)), len(sorted_s) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("directory", help="a directory on the disk that is asked about")
    parser.add_argument("--rate", type=float, default=1000.0, help="syncs a second, of each writer")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--writers", type=int, choices=range(1, 9), default=1)
    given = parser.parse_args()
    if given.rate <= 0 or not 0 < given.seconds <= SECONDS_MAX:
        parser.error(f"a rate is above 0, and a run takes {SECONDS_MAX:.0f} s at most")
    if not os.path.isdir(given.directory) or not os.access(given.directory, os.W_OK):
        parser.error(f"{given.directory} is no directory that can be written to")
    for times in side_by_side(given.directory, given.rate, given.seconds, given.writers):
        times.sort()
        p50, p99, most = (quantile_ms(times, share) for share in (0.5, 0.99, 1.0))
        print(f"{len(times)} syncs: p50 {p50:.2f}, p99 {p99:.2f}, longest {most:.2f} ms")


if __name__ == "__main__":
    main()
