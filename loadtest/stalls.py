#!/usr/bin/env python3
"""Whether a virtual machine's host stops it: each processor is kept busy, first alone and then
beside syncs of the disk, and every time that one stood still for 5 ms and more is counted. A host
that lends out two processors may count its own work for the disk as part of the two, and then stops
the guest for the rest of each tenth of a second. What is due in that time waits, whoever does it.

    loadtest/stalls.py DIR"""

import argparse
import multiprocessing
import os
import time

import disk

STALL_S = 0.005  # longer than a processor is left to another program before its next turn
SECONDS_MAX = 60.0
RATE_PER_S = 2_000  # syncs, of each writer
WRITERS = 2  # as the vault and Redis


def stalls_in(moments):
    """How long each stall took between moments that would come at once after each other."""
    found = []
    last = None
    for now in moments:
        if last is not None and now - last >= STALL_S:
            found.append(now - last)
        last = now
    return found


def clock_until(end):
    now = time.monotonic()
    while now < end:
        yield now
        now = time.monotonic()


def stalls_of_processor(processor, seconds):
    os.sched_setaffinity(0, {processor})
    return stalls_in(clock_until(time.monotonic() + seconds))


def stalls_of_all(processors, seconds):
    """A list of seconds for each processor, all kept busy at once."""
    with multiprocessing.Pool(len(processors)) as pool:
        return pool.starmap(stalls_of_processor, [(one, seconds) for one in processors])


def when_busy(seconds):
    """The stalls of the processor that has lost most time to them, all of them busy."""
    return max(stalls_of_all(sorted(os.sched_getaffinity(0)), seconds), key=sum)


def when_busy_beside_disk(directory, seconds):
    """The same while files in `directory` are synced."""
    syncing = multiprocessing.Process(
        target=disk.side_by_side, args=(directory, RATE_PER_S, seconds, WRITERS)
    )
    syncing.start()
    stalls = when_busy(seconds)
    syncing.join()
    return stalls


def summary(stalls, seconds):
    return {
        "per_s": len(stalls) / seconds,
        "percent_of_time": 100.0 * sum(stalls) / seconds,
        "longest_ms": 1e3 * max(stalls, default=0.0),
    }


def told(of_one):
    return (
        f"{of_one['per_s']:.1f} stalls a second, {of_one['percent_of_time']:.1f} % of the time, "
        f"longest {of_one['longest_ms']:.1f} ms"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("directory", help="a directory on the disk that is synced")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each of the two parts")
    given = parser.parse_args()
    if not 0 < given.seconds <= SECONDS_MAX:
        parser.error(f"a part takes {SECONDS_MAX:.0f} s at most")
    if not os.path.isdir(given.directory) or not os.access(given.directory, os.W_OK):
        parser.error(f"{given.directory} is no directory that can be written to")
    print("processors busy:", told(summary(when_busy(given.seconds), given.seconds)))
    beside = when_busy_beside_disk(given.directory, given.seconds)
    print("processors and disk busy:", told(summary(beside, given.seconds)))


if __name__ == "__main__":
    main()
