"""The command line: which questions are put, how often, and where the answers go."""

import argparse
import json
import os
import platform
import signal
import sys
import time

import stalls  # found since compare.sh runs beside it

from . import tables
from .bench import bench
from .questions import alertmanager, consoles, crash, heartbeats, mqtt, municipality, national
from .questions import priority, redis, rest, sip, storm, tls

QUESTIONS = {
    "redis": redis,
    "mqtt": mqtt,
    "sip": sip,
    "alertmanager": alertmanager,
    "tls": tls,
    "priority": priority,
    "crash": crash,
    "heartbeats": heartbeats,
    "storm": storm,
    # Varde with itself.
    "rest": rest,
    "consoles": consoles,
    "municipality": municipality,
    "national": national,
}
ROUNDS_MAX = 100
KILLS_MAX = 1000
SECONDS_MAX = 60.0
# A second is too little: of a machine that is stopped ten times in one, it once told of two.
STALLS_S = 3.0


def machine():
    """What the figures belong to."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "processor": models[0] if models else platform.machine(),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
    }


def stalls_beside_disk(directory):
    """Whether the host stops the machine while it is busy; then whatever is due meanwhile waits."""
    return stalls.summary(stalls.when_busy_beside_disk(directory, STALLS_S), STALLS_S)


def bounded(kind, most):
    def read(text):
        value = kind(text)
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(f"must be more than 0 and at most {most}")
        return value

    return read


def main():
    parser = argparse.ArgumentParser(prog="compare.sh", description=__doc__)
    parser.add_argument("--only", action="append", choices=QUESTIONS, help="just these questions")
    parser.add_argument("--rounds", type=bounded(int, ROUNDS_MAX), default=5)
    parser.add_argument("--seconds", type=bounded(float, SECONDS_MAX), default=3.0, help="a run")
    parser.add_argument("--kills", type=bounded(int, KILLS_MAX), default=100, help="of crash")
    parser.add_argument(
        "--among",
        action="append",
        metavar="WORD",
        help="of crash: just the contenders with this word in their name",
    )
    parser.add_argument(
        "--smoke", action="store_true", help="few rows, few devices: do the instruments work?"
    )
    parser.add_argument("--json", metavar="FILE", help="also write everything measured there")
    options = parser.parse_args()
    # An interruption unwinds, so that everything that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    answers = {}
    for name in options.only or QUESTIONS:
        question = QUESTIONS[name]
        about = {"question": name, "date": time.strftime("%Y-%m-%d"), "machine": machine()}
        with bench(options) as b:
            if not options.smoke:
                about["machine"]["stalls"] = stalls_beside_disk(b.home)
                print("machine:", stalls.told(about["machine"]["stalls"]), file=sys.stderr)
            rows, ratios = question.ask(b, options)
        print(f"## {name}: {' '.join(question.__doc__.split())}\n")
        print(tables.markdown(rows) + "\n")
        for ratio, value in ratios.items():
            print(f"{ratio}: {'not measured' if value is None else tables.number(value)}")
        print(flush=True)
        answers[name] = {
            **about,
            "rounds": options.rounds,
            "seconds": options.seconds,
            **ratios,
            "rows": [r.as_json() for r in rows],
        }
    if options.json:
        # One question's answer stands alone, so that a script needs no name to find its ratio.
        whole = answers[options.only[0]] if len(answers) == 1 else {"comparisons": answers}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(whole, file, indent=2)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
