#!/usr/bin/env python3
"""Where an alarm's time goes: looks at a server's histograms of stages twice and prints what
happened in between.

    loadtest/stages.py http://127.0.0.1:9464/metrics --seconds 10"""

import argparse
import re
import sys
import time
import urllib.request

BUCKET = re.compile(r'^(varde_\w+_seconds)_bucket\{(.*)le="([^"]+)"\} (\S+)$')
SECONDS_MAX = 600.0


def looked_at(url):
    """Of each histogram: how many were at most how long."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    found = {}
    for line in text.splitlines():
        if match := BUCKET.match(line):
            name, labels, bound, count = match.groups()
            key = name.removeprefix("varde_").removesuffix("_seconds")
            if labels:
                key += " " + labels.rstrip(",").replace('"', "")
            found.setdefault(key, {})[float(bound)] = float(count)
    return found


def between(before, after):
    return {
        key: {bound: count - before.get(key, {}).get(bound, 0.0) for bound, count in bounds.items()}
        for key, bounds in after.items()
    }


def quantile(bounds, share):
    """The bound that so many lie at or below, in seconds."""
    wanted = share * max(bounds.values())
    return next(bound for bound in sorted(bounds) if bounds[bound] >= wanted)


def in_words(seconds):
    return "longer" if seconds == float("inf") else f"≤ {1000 * seconds:.3g} ms"


def table(stages):
    lines = ["| stage | times | p50 | p99 | p99.9 |", "| --- | --- | --- | --- | --- |"]
    for key, bounds in sorted(stages.items()):
        times = max(bounds.values())
        if times:
            cells = [in_words(quantile(bounds, share)) for share in (0.5, 0.99, 0.999)]
            lines.append(f"| {key} | {times:.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("url", help="of the server's metrics")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    if not 0 < options.seconds <= SECONDS_MAX:
        parser.error(f"--seconds: more than 0, at most {SECONDS_MAX:.0f}")
    try:
        before = looked_at(options.url)
        time.sleep(options.seconds)
        after = looked_at(options.url)
    except (OSError, ValueError) as error:  # of urllib too
        parser.error(f"{options.url} can't be read: {error}")
    print(table(between(before, after)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
