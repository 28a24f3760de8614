"""Runs the scenarios one after the other and prints what each was found to do, as a table, and as
markdown with --markdown FILE."""

import argparse
import os
import shutil
import signal
import sys
import time
import traceback

import checker
import disk_scenarios  # noqa: F401  adds its own to the list
import scenarios
import stage
from processes import failed

COLUMNS = (
    "scenario",
    "faults fired",
    "acknowledged",
    "commands",
    "lost",
    "doubled",
    "hidden",
    "late",
    "ack gap s",
    "before ms",
    "during ms",
    "after ms",
    "",
)


def milliseconds(values):
    """p50 / p99 / max."""
    if not values:
        return "–"
    points = (checker.quantile(values, 0.5), checker.quantile(values, 0.99), values[-1])
    return " / ".join(f"{1000 * p:.0f}" for p in points)


def row_of(name, s, check):
    fault, healed = (*s.phases, s.drained)[:2]
    bad = len(check.findings)
    return {
        "scenario": name.replace("_", " "),
        "faults fired": str(len(s.fired)),
        "acknowledged": str(len(check.acked)),
        "commands": str(len(check.answered)),
        "lost": str(check.count("lost")),
        "doubled": str(check.count("doubled")),
        "hidden": str(check.count("hidden")),
        "late": str(check.late()),
        "ack gap s": f"{check.gap(fault, healed, s.struck):.2f}",
        "before ms": milliseconds(check.waits(until=fault)),
        "during ms": milliseconds(check.waits(fault, healed)),
        "after ms": milliseconds(check.waits(healed)),
        "": "FAILED" if bad else "ok",
    }


def run_one(name, seed, keep):
    """(row or None, what is wrong as text)."""
    function, options, _ = scenarios.SCENARIOS[name]
    started = time.monotonic()
    s = stage.stage(name, seed, keeps_failures=keep, **options)
    try:
        with s:
            s.warm_up()
            function(s)
            check = s.finish()
            row = row_of(name, s, check)
            wrong = "\n".join(map(str, check.findings[:12]))
            if len(check.findings) > 12:
                wrong += f"\n… and {len(check.findings) - 12} more"
            for note in [f"{what}" for _, what, _ in s.fired] + s.notes:
                print(f"    {note}")
            return row, wrong
    except failed as error:
        story = [f"    fired {when - started:.1f} s: {what}" for when, what, _ in s.fired]
        return None, "\n".join([f"{name}: {error.args[0]}", *story])


def table(rows):
    widths = [max(len(c), *(len(r[c]) for r in rows)) for c in COLUMNS]
    lines = ["  ".join(c.ljust(w) for c, w in zip(COLUMNS, widths))]
    lines += ["  ".join(r[c].ljust(w) for c, w in zip(COLUMNS, widths)) for r in rows]
    return "\n".join(line.rstrip() for line in lines)


def markdown(rows):
    shown = COLUMNS[:-1]
    lines = ["| " + " | ".join(shown) + " |", "|" + " --- |" * len(shown)]
    lines += ["| " + " | ".join(r[c] for c in shown) + " |" for r in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="all scenarios, not only CI's")
    parser.add_argument("--only", action="append", metavar="NAME", help="just these")
    parser.add_argument("--seed", default=str(int(time.time())))
    parser.add_argument("--keep", action="store_true", help="keep the files of what failed")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table there")
    options = parser.parse_args()
    # An interruption unwinds, so that everything that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    chosen = options.only or [
        name for name, (_, _, short) in scenarios.SCENARIOS.items() if short or options.long
    ]
    unknown = set(chosen) - set(scenarios.SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}; {', '.join(scenarios.SCENARIOS)}")
    for program in ("redis-server", "openssl", "strace"):
        if not shutil.which(program):
            parser.error(f"{program} is missing: deploy/install.sh test")

    print(f"seed {options.seed}, {os.cpu_count()} processors")
    rows, good = [], 0
    for name in chosen:
        started = time.monotonic()
        print(f"── {name}: {' '.join(scenarios.SCENARIOS[name][0].__doc__.split())}", flush=True)
        try:
            row, wrong = run_one(name, options.seed, options.keep)
        except Exception:  # the others are still worth running
            row, wrong = None, traceback.format_exc()
        if row:
            rows.append(row)
        good += not wrong
        print(f"    {'FAILED' if wrong else 'ok'}, {time.monotonic() - started:.0f} s", flush=True)
        if wrong:
            print(wrong, flush=True)
    if rows:
        print("\n" + table(rows))
        if options.markdown:
            with open(options.markdown, "w", encoding="utf-8") as file:
                file.write(markdown(rows))
    print(f"\n{good} passed, {len(chosen) - good} failed")
    return 0 if good == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
