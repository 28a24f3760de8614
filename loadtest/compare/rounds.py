"""Alternating rounds: every contender once, then every contender again, so that what the machine
does meanwhile falls on all of them alike; and what the rounds gave, as medians with their spread.
A contender that can't be measured is a row that says why, never a gap."""

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable

from .bench import unavailable
from .bench import processes


@dataclasses.dataclass
class contender:
    name: str
    durable: str  # what was durable when the acknowledgement went out
    layout: str  # who ran on which cores
    measure: Callable  # () -> {figure: number}; raises unavailable


@dataclasses.dataclass
class row:
    name: str
    durable: str
    layout: str
    values: dict = dataclasses.field(default_factory=dict)  # figure -> one number a round
    problem: str = ""

    def median(self, figure):
        """None if it was not measured."""
        measured = self.values.get(figure)
        return statistics.median(measured) if measured else None

    def as_json(self):
        return {
            "name": self.name,
            "durable_when_acknowledged": self.durable,
            "cores": self.layout,
            "problem": self.problem or None,
            "figures": {
                figure: {
                    "median": statistics.median(measured),
                    "min": min(measured),
                    "max": max(measured),
                    "rounds": measured,
                }
                for figure, measured in self.values.items()
            },
        }


def alternate(contenders, rounds):
    """A row each, in their order."""
    rows = [row(c.name, c.durable, c.layout) for c in contenders]
    for number in range(1, rounds + 1):
        for one, into in zip(contenders, rows):
            if into.problem:
                continue
            started = time.monotonic()
            try:
                for figure, value in one.measure().items():
                    into.values.setdefault(figure, []).append(value)
            except unavailable as error:
                into.problem = error.args[0]
            except processes.failed as error:
                into.problem = error.args[0]
            said = into.problem or f"{time.monotonic() - started:.0f} s"
            print(f"  round {number}: {one.name}, {one.layout}: {said}", file=sys.stderr)
    return rows


def ratio(rows, figure, ours, theirs):
    """Our median by theirs; None if either is missing."""
    by_name = {(r.name, r.layout): r for r in rows}
    medians = [by_name[key].median(figure) if key in by_name else None for key in (ours, theirs)]
    return medians[0] / medians[1] if None not in medians and medians[1] else None
