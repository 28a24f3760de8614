"""What the compiler and linker must have done to a release binary, read from what binutils' readelf
prints."""

import re
import subprocess


def readelf(binary):
    """The headers, dynamic section and dynamic symbols of a file, as text."""
    return subprocess.run(
        ["readelf", "--wide", "-hld", "--dyn-syms", binary],
        check=True,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    ).stdout


def missing_hardening(dump):
    """The protections that a dump of readelf() does not show, each as a phrase."""
    missing = []
    if not re.search(r"Type:\s+DYN \(Position-Independent Executable", dump):
        missing.append("position-independent executable")
    if not re.search(r"^\s*GNU_RELRO\s", dump, re.MULTILINE):
        missing.append("relocations read-only (relro)")
    if not re.search(r"\((FLAGS|FLAGS_1|BIND_NOW)\)[^\n]*NOW", dump):
        missing.append("all symbols bound at start (now)")
    stack = re.search(r"^\s*GNU_STACK\s+(?:0x\w+\s+){5}([RWE ]+?)\s+0x", dump, re.MULTILINE)
    if not stack or "E" in stack.group(1):
        missing.append("stack without execute permission")
    if re.search(r"^\s*LOAD\s+(?:0x\w+\s+){5}RWE", dump, re.MULTILINE):
        missing.append("no segment both writable and executable")
    if not re.search(r"\b__stack_chk_fail\b", dump):
        missing.append("stack protector")
    if not re.search(r"\b__(?!stack_)\w+_chk\b", dump):
        missing.append("fortified library calls")
    return missing
