"""Rows as a table for a person: the median of each figure, and its spread in brackets."""

import statistics

# Figures in the order they are printed, with their heads.
HEADS = {
    "acknowledged_per_s": "acknowledged/s",
    "server_cpu_us": "server CPU us/message",
    "acknowledge_p50_ms": "ack p50 ms",
    "acknowledge_p99_ms": "ack p99 ms",
    "screen_p50_ms": "screen p50 ms",
    "screen_p99_ms": "screen p99 ms",
}


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.1f}"


def cell(measured):
    if not measured:
        return "–"
    middle = number(statistics.median(measured))
    if len(measured) == 1:
        return middle
    return f"{middle} ({number(min(measured))} to {number(max(measured))})"


def figures_of(rows):
    """Every figure that some row has: the known ones first, then as they came."""
    there = dict.fromkeys(figure for r in rows for figure in r.values)
    return [f for f in HEADS if f in there] + [f for f in there if f not in HEADS]


def markdown(rows):
    figures = figures_of(rows)
    heads = ["who", *(HEADS.get(f, f.replace("_", " ")) for f in figures), "durable", "cores"]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for one in rows:
        cells = [cell(one.values.get(f)) for f in figures]
        if one.problem:
            cells = [f"not measured: {one.problem}"] + ["–"] * (len(figures) - 1)
        if not figures:
            cells = []
        name = one.name if figures or not one.problem else f"{one.name}: {one.problem}"
        lines.append("| " + " | ".join([name, *cells, one.durable, one.layout]) + " |")
    return "\n".join(lines)
