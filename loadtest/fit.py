#!/usr/bin/env python3
"""Fits the cost model of docs/scaling.md from measured runs, and checks it by predicting runs that
were not used: seconds of processor a second, of the server and of its Redis, as a sum of what was
asked of it. Costs can't be negative, so the fit is the least squares that has none below zero.

    loadtest/fit.py RUN.json… --check RUN.json…

The files are what varde-load writes with --json and --server-pid."""

import argparse
import json
import sys

# A batch is under way for about so long, and takes with the next one what comes meanwhile.
FLIGHT_S = 0.001


def batches_per_s(cost):
    return cost["signals_per_s"] / (1.0 + FLIGHT_S * cost["signals_per_s"])


# What a run is made of, and the unit that a cost is printed in: microseconds of processor for each.
TERMS = {
    "at rest": (lambda cost: 1.0, "us a second"),
    "signal": (lambda cost: cost["signals_per_s"], "us"),
    "batch": (batches_per_s, "us"),
    "heartbeat": (lambda cost: cost["heartbeats_per_s"], "us"),
    "connection": (lambda cost: cost["connections"], "us a second"),
    "console and signal": (lambda cost: cost["consoles"] * cost["signals_per_s"], "us"),
}
WHO = {"server": "server", "its Redis": "its children"}
STEPS = 20_000
ENOUGH = 1e-12


def read_cost(path):
    with open(path, encoding="utf-8") as file:
        run = json.load(file)
    cost = run.get("cost")
    if not cost or "server" not in cost.get("cores", {}):
        sys.exit(f"{path} has no cost of a server: run varde-load with --server-pid")
    return cost


def fitted(rows, measured):
    """Least squares without negative coefficients, by going along one axis at a time; columns are
    scaled first, since they differ by orders of magnitude."""
    width = len(rows[0])
    scales = [max(abs(row[i]) for row in rows) or 1.0 for i in range(width)]
    scaled = [[row[i] / scales[i] for i in range(width)] for row in rows]
    weights = [sum(row[i] ** 2 for row in scaled) for i in range(width)]
    found = [0.0] * width
    rest = list(measured)
    for _ in range(STEPS):
        moved = 0.0
        for i in range(width):
            if weights[i] == 0:
                continue
            pull = sum(row[i] * r for row, r in zip(scaled, rest)) / weights[i]
            step = max(found[i] + pull, 0.0) - found[i]
            found[i] += step
            rest = [r - row[i] * step for row, r in zip(scaled, rest)]
            moved = max(moved, abs(step))
        if moved < ENOUGH:
            break
    return [value / scale for value, scale in zip(found, scales)]


def relative(rows, measured):
    """So that an error of a tenth weighs the same in a quiet run and in a full one."""
    weights = [1.0 / max(one, 1e-3) for one in measured]
    return [[w * v for v in row] for w, row in zip(weights, rows)], [
        w * v for w, v in zip(weights, measured)
    ]


def terms_of(cost):
    return [of(cost) for of, _ in TERMS.values()]


def predicted(costs, cost):
    return sum(each * amount for each, amount in zip(costs, terms_of(cost)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("runs", nargs="+", help="to fit from")
    parser.add_argument("--check", nargs="+", default=[], help="to predict, not used in the fit")
    options = parser.parse_args()
    if set(options.runs) & set(options.check):
        parser.error("a run that was used for the fit checks nothing")
    runs = [read_cost(path) for path in options.runs]
    if len(runs) < len(TERMS):
        parser.error(f"{len(TERMS)} costs need at least as many runs")
    print("| who | " + " | ".join(TERMS) + " |\n|" + " --- |" * (len(TERMS) + 1))
    models = {}
    for who, key in WHO.items():
        measured = [cost["cores"][key] for cost in runs]
        models[who] = fitted(*relative([terms_of(cost) for cost in runs], measured))
        cells = [f"{1e6 * c:.3g} {unit}" for c, (_, unit) in zip(models[who], TERMS.values())]
        print(f"| {who} | " + " | ".join(cells) + " |")
    if options.check:
        print("\n| run | who | measured, cores | predicted | error |\n|" + " --- |" * 5)
    for path in options.check:
        cost = read_cost(path)
        for who, key in WHO.items():
            real, guess = cost["cores"][key], predicted(models[who], cost)
            error = f"{100 * (guess - real) / real:+.0f} %" if real else "–"
            print(f"| {path} | {who} | {real:.3f} | {guess:.3f} | {error} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
