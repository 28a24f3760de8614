"""Rules for single files that a reader would otherwise have to watch: each takes a path and a text,
and gives violations. Nothing here reads the disk, so that each rule is itself tested on bad
samples."""

import json
import re

from rooms import Violation

LINES_MAX = 600
COLUMNS_MAX = 100
# The pages' own linter looks after the TypeScript.
_COLUMNS_HELD = (".cpp", ".hpp", ".proto", ".py", ".cmake")
# A file's opening comment is a sentence or more, not a title; a .cpp may lean on its header.
OPENING_WORDS_MIN = 6
OPENING_WORDS_MIN_OF_CPP = 3

_COMMENT_STARTS = {
    ".cpp": ("//", "/*"),
    ".hpp": ("//", "/*"),
    ".proto": ("//", "/*"),
    ".ts": ("//", "/*"),
    ".tsx": ("//", "/*"),
    ".js": ("//", "/*"),
    ".mjs": ("//", "/*"),
    ".css": ("/*",),
    ".pml": ("//", "/*"),
    ".lua": ("--",),
    ".py": ('"""', "#"),
    ".sh": ("#",),
    ".cmake": ("#",),
}
_COMMENT_SIGNS = re.compile(r"^(//+|/\*+|\*/?|--|#|\"\"\")|\*/$|\"\"\"$")
# Put together here so that this file does not break its own rule.
_UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
_MACHINE_PATH = re.compile(r"(?<![\w.:/*-])/(?:work|root|home|Users)/[\w.]")


def _kind(path):
    name = path.rsplit("/", 1)[-1]
    if name == "CMakeLists.txt":
        return ".cmake"
    return "." + name.rsplit(".", 1)[-1] if "." in name else ""


def is_source(path):
    """True for files that people write as code."""
    return _kind(path) in _COMMENT_STARTS


def opening_comment(path, text):
    """The file begins by saying what lives in it and why."""
    starts = _COMMENT_STARTS[_kind(path)]
    lines = text.splitlines()
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    while lines and not lines[0].strip():
        lines = lines[1:]
    if not lines or not lines[0].startswith(starts):
        return [Violation(path, 1, "does not begin with a comment on what lives here and why")]
    words = []
    in_block = lines[0].startswith(("/*", '"""'))
    for number, line in enumerate(lines):
        if not in_block and not line.startswith(starts):
            break
        words += _COMMENT_SIGNS.sub("", line.strip()).split()
        if in_block and re.search(r"\*/|\"\"\"", line[3:] if number == 0 else line):
            break
    words_min = OPENING_WORDS_MIN_OF_CPP if _kind(path) == ".cpp" else OPENING_WORDS_MIN
    if len(words) < words_min:
        return [Violation(path, 1, f"begins with a comment of only {len(words)} words")]
    return []


def length(path, text):
    """One idea a file."""
    lines = text.count("\n")
    if lines > LINES_MAX:
        return [Violation(path, 0, f"has {lines} lines, more than {LINES_MAX}")]
    return []


def columns(path, text):
    """Lines that two windows side by side can show. A raw string can't be broken."""
    if _kind(path) not in _COLUMNS_HELD:
        return []
    return [
        Violation(path, number, f"has {len(line)} columns, more than {COLUMNS_MAX}")
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > COLUMNS_MAX and 'R"(' not in line
    ]


def unfinished(path, text):
    """What is not done is an issue, not a remark."""
    return [
        Violation(path, number, "holds a remark about unfinished work")
        for number, line in enumerate(text.splitlines(), 1)
        if _UNFINISHED.search(line)
    ]


def machine_paths(path, text):
    """Nothing in the repository knows one person's machine."""
    return [
        Violation(path, number, "names a path of somebody's machine")
        for number, line in enumerate(text.splitlines(), 1)
        if _MACHINE_PATH.search(line)
    ]


def download_addresses(path, text):
    """Lock files pin versions and hashes; where the packages come from is the registry's own
    setting."""
    if not path.endswith("package-lock.json"):
        return []
    packages = json.loads(text).get("packages", {})
    return [
        Violation(path, 0, f"{name} is pinned to a download address")
        for name, package in packages.items()
        if str(package.get("resolved", "")).startswith("http")
    ]


def broken_links(path, text, exists):
    """Relative links of a Markdown page lead somewhere; `exists` says whether a path of the
    repository is there."""
    if not path.endswith(".md"):
        return []
    folder = path.rsplit("/", 1)[0].split("/") if "/" in path else []
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^)#\s]+)", line):
            if re.match(r"[a-z]+:", target):
                continue
            parts = list(folder)
            for part in target.rstrip("/").split("/"):
                if part == "..":
                    parts = parts[:-1]
                elif part != ".":
                    parts.append(part)
            if not exists("/".join(parts)):
                found.append(Violation(path, number, f"links to {target}, which is not there"))
    return found
