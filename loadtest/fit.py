#!/usr/bin/env python3
"""Fits the cost model of docs/scaling.md from measured runs, and checks it by predicting runs that
were not used: seconds of processor a second, of the server and of its Redis, as a sum of what was
asked of it. Costs can't be negative, so the fit is the least squares that has none below zero. How
many batches the signals leave in depends on the disk, and is found with the costs.

    loadtest/fit.py RUN.json… --check RUN.json…

The files are what varde-load writes with --json and --server-pid."""

import argparse
import json
import sys

# A batch takes what comes in such a time: some of these is nearest to what a machine does.
GATHERED_S = [1e-3 * ms for ms in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)]


def batches_per_s(cost, gathered_s):
    return cost["signals_per_s"] / (1.0 + gathered_s * cost["signals_per_s"])


# What a run is made of, and the unit that a cost is printed in: microseconds of processor for each.
TERMS = {
    "at rest": (lambda cost, gathered_s: 1.0, "us a second"),
    "signal": (lambda cost, gathered_s: cost["signals_per_s"], "us"),
    "batch": (batches_per_s, "us"),
    "heartbeat": (lambda cost, gathered_s: cost["heartbeats_per_s"], "us"),
    "connection": (lambda cost, gathered_s: cost["connections"], "us a second"),
    "console and batch": (
        lambda cost, gathered_s: cost["consoles"] * batches_per_s(cost, gathered_s),
        "us",
    ),
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


def terms_of(cost, gathered_s):
    return [of(cost, gathered_s) for of, _ in TERMS.values()]


def predicted(costs, cost, gathered_s):
    return sum(each * amount for each, amount in zip(costs, terms_of(cost, gathered_s)))


def fitted_with(runs, measured, gathered_s):
    """The costs, and the sum of their squared relative errors."""
    rows, wanted = relative([terms_of(one, gathered_s) for one in runs], measured)
    costs = fitted(rows, wanted)
    errors = [sum(c * v for c, v in zip(costs, row)) - w for row, w in zip(rows, wanted)]
    return costs, sum(error**2 for error in errors)


def fitted_to(runs, measured_of):
    """How long a batch gathers, and by it the costs of each in `measured_of`."""

    def all_with(gathered_s):
        return {who: fitted_with(runs, of, gathered_s) for who, of in measured_of.items()}

    def error(found):
        return sum(squares for _, squares in found.values())

    gathered_s, best = min(
        ((each, all_with(each)) for each in GATHERED_S), key=lambda one: error(one[1])
    )
    return gathered_s, {who: costs for who, (costs, _) in best.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("runs", nargs="+", help="to fit from")
    parser.add_argument("--check", nargs="+", default=[], help="to predict, not used in the fit")
    options = parser.parse_args()
    if set(options.runs) & set(options.check):
        parser.error("a run that was used for the fit checks nothing")
    runs = [read_cost(path) for path in options.runs]
    if len(runs) <= len(TERMS):
        parser.error(f"{len(TERMS)} costs and a time need more runs than that")
    measured_of = {who: [cost["cores"][key] for cost in runs] for who, key in WHO.items()}
    gathered_s, models = fitted_to(runs, measured_of)
    print(f"A batch takes what comes in {1e3 * gathered_s:g} ms.\n")
    print("| who | " + " | ".join(TERMS) + " |\n|" + " --- |" * (len(TERMS) + 1))
    for who in WHO:
        cells = [f"{1e6 * c:.3g} {unit}" for c, (_, unit) in zip(models[who], TERMS.values())]
        print(f"| {who} | " + " | ".join(cells) + " |")
    if options.check:
        print("\n| run | who | measured, cores | predicted | error |\n|" + " --- |" * 5)
    for path in options.check:
        cost = read_cost(path)
        for who, key in WHO.items():
            real, guess = cost["cores"][key], predicted(models[who], cost, gathered_s)
            error = f"{100 * (guess - real) / real:+.0f} %" if real else "–"
            print(f"| {path} | {who} | {real:.3f} | {guess:.3f} | {error} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
