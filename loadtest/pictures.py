#!/usr/bin/env python3
"""Draws the pictures of docs/performance.md out of what was measured: bars of a comparison (what
compare.sh wrote with --json), or the latency's distribution of a run (what varde-load wrote). Needs
gnuplot.

    loadtest/pictures.py FIGURES.json… [--out docs/pictures]"""

import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(os.path.dirname(HERE), "docs", "pictures")
# Of each question: the picture's name, its title, the figures, and whether the axis is logarithmic.
BARS = {
    "redis": [("redis-rate", "Durable acknowledgements a second", ["acknowledged_per_s"], False)],
    "mqtt": [
        ("mqtt-rate", "Acknowledged a second, one subscriber", ["acknowledged_per_s"], True),
        (
            "mqtt-latency",
            "At 2,000 a second: milliseconds, 99th percentile",
            ["acknowledge_p99_ms", "screen_p99_ms"],
            True,
        ),
    ],
    "sip": [
        (
            "sip-rate",
            "SIP MESSAGEs for a second of the server's processor",
            ["acknowledged_per_server_cpu_s"],
            False,
        )
    ],
    "alertmanager": [
        ("alertmanager-rate", "Accepted a second, 30 % twice", ["acknowledged_per_s"], True)
    ],
    "tls": [
        (
            "tls-handshakes",
            "Microseconds of the server's processor for a handshake",
            ["full_server_cpu_us", "resumed_server_cpu_us"],
            False,
        )
    ],
    "priority": [
        (
            "priority-latency",
            "A life alarm's milliseconds to its acknowledgement, 99th percentile",
            ["unloaded_acknowledge_p99_ms", "flooded_acknowledge_p99_ms"],
            True,
        )
    ],
}
WIDTH, HEIGHT = 900, 520
COLOURS = ("#1f5c99", "#d9822b", "#5a9e5a", "#8a4f9e", "#777777")
# Percentiles are drawn by how many nines they have.
NINES_LABELS = '("0" 1, "90 %%" 10, "99 %%" 100, "99.9 %%" 1000, "99.99 %%" 10000)'


def gnuplot(script, out):
    done = subprocess.run(
        ["gnuplot"], input=script, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"gnuplot could not draw {out}: {done.stderr.strip()[-300:]}")
    print(out)


def head(out, title):
    # A white ground, since the page that shows it may be dark.
    return "\n".join(
        [
            f"set terminal svg size {WIDTH},{HEIGHT} font 'sans-serif,13' background '#ffffff'",
            f"set output '{out}'",
            f'set title "{title}"',
            "set grid ytics lc rgb '#dddddd'",
            "set border 3",
            "set tics nomirror",
            "",
        ]
    )


def quoted(text):
    return '"' + text.replace('"', "'") + '"'


def bars(answer, out_directory):
    for name, title, figures, is_log in BARS.get(answer["question"], []):
        rows = [r for r in answer["rows"] if all(f in r["figures"] for f in figures)]
        if not rows:
            continue
        out = os.path.join(out_directory, f"{name}.svg")
        differ = len({row["cores"] for row in rows}) > 1
        lines = ["$rows << END"]
        for row in rows:
            label = row["name"]
            if differ:
                label += ", one core" if "core 0" in row["cores"] else ", all cores"
            cells = []
            for figure in figures:
                one = row["figures"][figure]
                cells += [one["median"], one["min"], one["max"]]
            lines.append(" ".join([quoted(label), *map(str, cells)]))
        lines += ["END", "set style data histograms", "set style fill solid 0.9 noborder"]
        lines += ["set style histogram errorbars gap 2 lw 1", "set xtics rotate by -25"]
        lines += ["set rmargin 26", "set key outside top right", "set yrange [0:*]"]
        if is_log:
            lines += ["set yrange [*:*]", "set logscale y", 'set ylabel "logarithmic"']
        drawn = [
            f"$rows using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i}:xtic(1) "
            f"title {quoted(figure.replace('_', ' '))} lc rgb '{COLOURS[i]}'"
            for i, figure in enumerate(figures)
        ]
        gnuplot(head(out, title) + "\n".join(lines) + "\nplot " + ", ".join(drawn) + "\n", out)


def distribution(run, name, out_directory):
    curves = []
    for stream in run.get("streams", []):
        for key, words in (("acknowledge", "acknowledged"), ("show", "on the screen")):
            if stream[key]["count"]:
                curves.append((f"{stream['name']}: {words}", stream[key]["curve"]))
    if not curves:
        for key, words in (("acknowledge", "acknowledged"), ("websocket", "on the screen")):
            if run.get(key, {}).get("count"):
                curves.append((words, run[key]["curve"]))
    out = os.path.join(out_directory, f"{name}.svg")
    lines = []
    for i, (_, curve) in enumerate(curves):
        lines.append(f"$curve{i} << END")
        lines += [f"{1 / (1 - percent / 100)} {ms}" for percent, ms in curve if percent < 100]
        lines.append("END")
    lines += ["set logscale x", "set logscale y", f"set xtics {NINES_LABELS}"]
    lines += ["set key outside top right"]
    lines += ['set xlabel "so many are quicker"', 'set ylabel "milliseconds"']
    drawn = [
        f"$curve{i} using 1:2 with linespoints pt 7 ps 0.4 lw 2 "
        f"lc rgb '{COLOURS[i % len(COLOURS)]}' title {quoted(title)}"
        for i, (title, _) in enumerate(curves)
    ]
    title = f"Latency, from the moment it should have left: {name}"
    gnuplot(head(out, title) + "\n".join(lines) + "\nplot " + ", ".join(drawn) + "\n", out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="+", metavar="FIGURES.json")
    parser.add_argument("--out", default=OUT, help="the directory of the pictures")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    for path in options.files:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        if "comparisons" in found:
            for answer in found["comparisons"].values():
                bars(answer, options.out)
        elif "question" in found:
            bars(found, options.out)
        else:
            name = os.path.splitext(os.path.basename(path))[0]
            distribution(found, name, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
