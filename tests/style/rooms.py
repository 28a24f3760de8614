"""The rule of the rooms: which part of src/ may include which.

The table in docs/architecture.md is the rule; it is read here, so that what people read and what
the test enforces can't part. A room may include itself, base, what its row names, and what those
rooms may include.
"""

import re
from typing import NamedTuple

# Generated from proto/: not a folder of src/, but a word of the table.
PROTO = "proto"
EVERYTHING = "everything"


class Violation(NamedTuple):
    """One broken rule: the file, the line (0: the whole file), and a sentence."""

    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


def table_of(architecture):
    """Room → the set of rooms that its row names, from the text of docs/architecture.md."""
    table = {}
    for line in architecture.splitlines():
        row = re.match(r"\|\s*`(\w+)/`\s*\|[^|]*\|([^|]*)\|\s*$", line)
        if row:
            names = (name.strip(" `/") for name in row.group(2).split(","))
            table[row.group(1)] = {name for name in names if name not in ("", "–")}
    return table


def allowed_rooms(table):
    """Room → every room that it may include, by the table's words taken to their end."""
    closed = {}

    def close(room):
        if room not in closed:
            closed[room] = {room, "base"} if room in table else {room}
            named = table.get(room, set())
            if EVERYTHING in named:
                named = set(table) | {PROTO}
            for other in named:
                closed[room] |= close(other)
        return closed[room]

    return {room: close(room) for room in table}


def room_of_include(include):
    """The room that `#include "include"` names, or None if it names none."""
    if include.startswith("varde/") and include.endswith(".pb.h"):
        return PROTO
    folder, _, rest = include.partition("/")
    return folder if rest else None


def wrong_includes(path, text, allowed):
    """Violations of the rule in the file src/<room>/… with this text; `allowed` is of
    allowed_rooms."""
    room = path.split("/")[1]
    if room not in allowed:
        return [Violation(path, 0, f"the room {room} is not in the table of docs/architecture.md")]
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        include = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if not include:
            continue
        other = room_of_include(include.group(1))
        if other is None:
            found.append(Violation(path, number, f'"{include.group(1)}" does not name its room'))
        elif other not in allowed[room]:
            found.append(Violation(path, number, f"{room} may not include {other}"))
    return found


def wrong_links(cmake, allowed):
    """Violations of the rule in CMakeLists.txt: a target varde_<room> that links a room it may
    not."""
    found = []
    for number, line in enumerate(cmake.splitlines(), 1):
        call = re.match(r"varde_room\((\w+) LINK(.*)\)", line)
        if not call:
            continue
        room = call.group(1)
        if room not in allowed:
            found.append(Violation("CMakeLists.txt", number, f"{room} is not in the table"))
            continue
        for other in re.findall(r"varde_(\w+)", call.group(2)):
            if other not in allowed[room]:
                found.append(Violation("CMakeLists.txt", number, f"{room} may not link {other}"))
    return found
