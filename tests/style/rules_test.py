"""Shows that each rule can fail: bad samples that it must find, and good ones that it must leave
alone."""

import os
import subprocess
import tempfile
import unittest

import hardening
import rooms
import source_rules

TABLE = """
| room | what lives here | may include |
| --- | --- | --- |
| `base/` | dull | – |
| `alarm/` | what an alarm is | base, proto |
| `wire/` | bytes | alarm |
| `http/` | serving | base |
| `server/` | wiring | everything |
"""


class the_room_rule(unittest.TestCase):
    def setUp(self):
        self.allowed = rooms.allowed_rooms(rooms.table_of(TABLE))

    def test_the_table_is_taken_to_its_end(self):
        self.assertEqual(self.allowed["wire"], {"wire", "alarm", "base", "proto"})
        self.assertEqual(self.allowed["http"], {"http", "base"})
        self.assertEqual(self.allowed["base"], {"base"})
        self.assertIn("wire", self.allowed["server"])

    def test_a_neighbour_that_is_not_named_is_found(self):
        text = '#include "http/router.hpp"\n#include "varde/alarm/v1/case.pb.h"\n'
        found = rooms.wrong_includes("src/http/a.cpp", text, self.allowed)
        self.assertEqual([str(v) for v in found], ["src/http/a.cpp:2: http may not include proto"])
        text = '#include "alarm/ids.hpp"\n'
        self.assertEqual(len(rooms.wrong_includes("src/base/a.cpp", text, self.allowed)), 1)

    def test_nobody_includes_the_server(self):
        text = '#include "server/main.hpp"\n'
        self.assertEqual(len(rooms.wrong_includes("src/wire/a.cpp", text, self.allowed)), 1)

    def test_an_include_without_a_room_and_a_room_without_a_row_are_found(self):
        self.assertTrue(rooms.wrong_includes("src/wire/a.cpp", '#include "b.hpp"\n', self.allowed))
        self.assertTrue(rooms.wrong_includes("src/attic/a.cpp", "", self.allowed))

    def test_what_is_allowed_passes(self):
        text = '#include "wire/sip.hpp"\n#include <string>\n#include "alarm/ids.hpp"\n'
        self.assertEqual(rooms.wrong_includes("src/wire/sip.cpp", text, self.allowed), [])

    def test_a_link_that_the_table_does_not_allow_is_found(self):
        self.assertTrue(rooms.wrong_links("varde_room(http LINK varde_alarm x::y)\n", self.allowed))
        self.assertTrue(rooms.wrong_links("varde_room(attic LINK varde_base)\n", self.allowed))
        good = "varde_room(wire LINK varde_alarm x::y)\n"
        self.assertEqual(rooms.wrong_links(good, self.allowed), [])


class the_file_rules(unittest.TestCase):
    def test_a_file_without_an_opening_comment_is_found(self):
        for path, text in (
            ("a.cpp", "#include <x>\n"),
            ("a.hpp", "// Short.\n#pragma once\n"),
            ("a.cpp", "// Short.\n"),
            ("a.py", "import os\n"),
            ("a.sh", "#!/bin/sh\nset -e\n"),
            ("a.css", "body {}\n"),
            ("a.ts", ""),
        ):
            self.assertTrue(source_rules.opening_comment(path, text), path)

    def test_an_opening_comment_of_every_kind_is_seen(self):
        words = "what lives here and why it exists at all."
        for path, text in (
            ("a.cpp", f"// {words}\n#include <x>\n"),
            ("a.hpp", f"/* {words} */\n"),
            ("a.css", f"/*\n * {words}\n */\n"),
            ("a.py", f'"""{words}"""\n'),
            ("a.py", f'#!/usr/bin/python3\n"""{words}\n\nMore.\n"""\n'),
            ("a.sh", f"#!/bin/sh\n# {words}\n"),
            ("CMakeLists.txt", f"# {words}\n"),
        ):
            self.assertEqual(source_rules.opening_comment(path, text), [], path)

    def test_a_long_file_and_a_long_line_are_found(self):
        self.assertTrue(source_rules.length("a.cpp", "\n" * (source_rules.LINES_MAX + 1)))
        self.assertEqual(source_rules.length("a.cpp", "\n" * source_rules.LINES_MAX), [])
        self.assertTrue(source_rules.columns("a.cpp", "x" * (source_rules.COLUMNS_MAX + 1)))
        self.assertEqual(source_rules.columns("a.cpp", "å" * source_rules.COLUMNS_MAX), [])

    def test_a_remark_about_unfinished_work_is_found(self):
        self.assertTrue(source_rules.unfinished("a.cpp", "// TO" + "DO: later\n"))
        self.assertEqual(source_rules.unfinished("a.cpp", "todos are a list of things\n"), [])

    def test_a_path_of_a_machine_is_found(self):
        self.assertTrue(source_rules.machine_paths("a.md", "see /ho" + "me/kari/varde\n"))
        self.assertTrue(source_rules.machine_paths("a.cpp", '"/ro' + 'ot/x"\n'))
        self.assertEqual(source_rules.machine_paths("a.md", "https://a.b/home/x src/work/y\n"), [])

    def test_a_download_address_in_a_lock_file_is_found(self):
        bad = '{"packages": {"node_modules/a": {"resolved": "https://somewhere/a.tgz"}}}'
        self.assertTrue(source_rules.download_addresses("src/console/package-lock.json", bad))
        good = '{"packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}}}'
        self.assertEqual(source_rules.download_addresses("src/console/package-lock.json", good), [])

    def test_a_link_that_leads_nowhere_is_found(self):
        there = {"docs/api.md", "src/alarm"}.__contains__
        text = "[a](api.md#part) [b](../src/alarm/) [c](gone.md) [d](https://x.y/z)\n"
        found = source_rules.broken_links("docs/architecture.md", text, there)
        self.assertEqual([v.text for v in found], ["links to gone.md, which is not there"])


class the_hardening_check(unittest.TestCase):
    PROGRAM = """
#include <stdio.h>
#include <string.h>
int main(int n, char** a) { char b[64]; strcpy(b, a[n - 1]); puts(b); }
"""
    GOOD = (
        *("-fPIE", "-pie", "-Wl,-z,relro,-z,now"),
        *("-fstack-protector-strong", "-D_FORTIFY_SOURCE=2"),
    )

    def compile(self, *flags):
        """The hardening that a small program lacks when it is built with these flags."""
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "a.c")
            with open(source, "w", encoding="utf-8") as file:
                file.write(self.PROGRAM)
            binary = os.path.join(folder, "a")
            subprocess.run(["gcc", "-O2", "-w", source, "-o", binary, *flags], check=True)
            return hardening.missing_hardening(hardening.readelf(binary))


    def test_a_hardened_program_passes(self):
        self.assertEqual(self.compile(*self.GOOD), [])

    def test_each_protection_that_is_left_out_is_found(self):
        for flags, phrase in (
            (("-fno-pie", "-no-pie"), "position-independent"),
            (("-Wl,-z,norelro",), "relro"),
            (("-Wl,-z,lazy",), "bound at start"),
            (("-Wl,-z,execstack",), "execute permission"),
            (("-fno-stack-protector",), "stack protector"),
            (("-U_FORTIFY_SOURCE",), "fortified"),
        ):
            missing = self.compile(*self.GOOD, *flags)
            self.assertTrue(any(phrase in m for m in missing), f"{flags} gave {missing}")


if __name__ == "__main__":
    unittest.main()
