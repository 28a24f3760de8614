#!/usr/bin/env python3
"""Draws where a process spends its time: reads what `perf script` prints, and writes a flame graph.
A box is a function, as wide as its share of the samples, over whoever called it; the lowest boxes
are threads. Varde's own functions are warm, libraries cool, the kernel grey.

    perf record --call-graph dwarf,8192 -F 999 -p PID -o perf.data -- sleep 10
    perf script -i perf.data | loadtest/flame.py > docs/pictures/flame.svg"""

import html
import re
import sys

WIDTH, ROW, MARGIN, HEAD = 1200, 17, 10, 40
# Narrower boxes, as a share of all samples, are left out: nobody could read them.
NARROWEST = 0.002
LETTER = 6.6
FRAME = re.compile(r"^\s+[0-9a-f]+ (.+) \((\S+)\)$")
# perf names threads in its header line, before the process and thread numbers.
HEADER = re.compile(r"^(\S.*?)\s+\d+(?:/\d+)?\s")
OWN, LIBRARY, KERNEL = "#e8915b", "#8fb4d9", "#bbbbbb"


class box:
    def __init__(self, name, colour):
        self.name = name
        self.colour = colour
        self.samples = 0
        self.above = {}

    def step(self, name, colour):
        return self.above.setdefault(name, box(name, colour))


def without_nested(text, opening, closing):
    """The text without what stands between these brackets."""
    out, depth = [], 0
    for letter in text:
        depth += letter == opening
        if depth == 0:
            out.append(letter)
        depth -= letter == closing and depth > 0
    return "".join(out)


def short(symbol):
    """A function's name without its parameters and template arguments."""
    symbol = symbol.split("+0x")[0].replace("(anonymous namespace)::", "")
    symbol = symbol.replace("operator()", "call")
    name = without_nested(without_nested(symbol, "<", ">"), "(", ")")
    return name.replace("[abi:cxx11]", "").split(" ")[-1] or symbol[:40]


def colour_of(symbol, place):
    if place.startswith("[") or place.endswith(".ko"):
        return KERNEL
    return OWN if "varde::" in symbol else LIBRARY


def stacks(lines):
    """Of each sample: its thread and its frames, the outermost first."""
    thread, frames = None, []
    for line in lines:
        frame = FRAME.match(line)
        if frame and thread:
            frames.append(frame.groups())
        elif not line.strip():
            if thread and frames:
                yield thread, frames[::-1]
            thread, frames = None, []
        elif header := HEADER.match(line):
            thread, frames = header.group(1), []
    if thread and frames:
        yield thread, frames[::-1]


def grown(lines):
    root = box("all", LIBRARY)
    for thread, frames in stacks(lines):
        root.samples += 1
        at = root.step(thread, LIBRARY)
        at.samples += 1
        for symbol, place in frames:
            # What can't be named tells nothing, and hides what it calls under many names.
            if symbol.startswith("[unknown]") or symbol.startswith("0x"):
                continue
            at = at.step(short(symbol), colour_of(symbol, place))
            at.samples += 1
    return root


def depth_of(node, least):
    shown = [one for one in node.above.values() if one.samples >= least]
    return 1 + max((depth_of(one, least) for one in shown), default=0)


def drawn(node, left, level, scale, total, bottom, out):
    width = node.samples * scale
    top = bottom - (level + 1) * ROW
    share = f"{100 * node.samples / total:.1f} %"
    label = node.name.removeprefix("varde::")[: max(int(width / LETTER) - 1, 0)]
    out.append(
        f'<g><title>{html.escape(node.name)} ({share})</title>'
        f'<rect x="{left:.1f}" y="{top}" width="{max(width - 0.4, 0.3):.1f}" height="{ROW - 1}" '
        f'fill="{node.colour}"/>'
        + (f'<text x="{left + 3:.1f}" y="{top + 12}">{html.escape(label)}</text>' if label else "")
        + "</g>"
    )
    for one in sorted(node.above.values(), key=lambda each: each.name):
        if one.samples >= NARROWEST * total:
            drawn(one, left, level + 1, scale, total, bottom, out)
        left += one.samples * scale


def picture(root):
    least = NARROWEST * root.samples
    height = HEAD + ROW * depth_of(root, least) + MARGIN
    scale = (WIDTH - 2 * MARGIN) / root.samples
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="24" font-size="14">{root.samples} samples; the widest is what '
        "takes most, what stands on it is what it called</text>",
    ]
    drawn(root, MARGIN, 0, scale, root.samples, height - MARGIN, out)
    return "\n".join([*out, "</svg>"])


def main():
    root = grown(sys.stdin)
    if root.samples == 0:
        sys.exit("no samples: give me what perf script prints")
    print(picture(root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
