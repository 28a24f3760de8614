"""The rules of rooms.py, source_rules.py and hardening.py, held against this repository and its
release binary."""

import os
import subprocess
import unittest

import hardening
import rooms
import source_rules

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def tracked_files():
    """Paths of all files under version control that are there, from the top of the repository."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    paths = listed.stdout.decode().split("\0")
    return [path for path in paths if path and os.path.isfile(os.path.join(TOP, path))]


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


class the_tree(unittest.TestCase):
    longMessage = False

    @classmethod
    def setUpClass(cls):
        cls.texts = {}
        for path in tracked_files():
            try:
                cls.texts[path] = read(path)
            except UnicodeDecodeError:
                continue  # pictures and the fuzzers' corpora
        cls.sources = {p: t for p, t in cls.texts.items() if source_rules.is_source(p)}
        cls.rooms = {
            p: t
            for p, t in cls.texts.items()
            if p.startswith("src/") and p.endswith((".cpp", ".hpp"))
        }
        cls.table = rooms.table_of(cls.texts["docs/architecture.md"])
        cls.allowed = rooms.allowed_rooms(cls.table)

    def hold(self, rule, texts):
        self.assertTrue(texts)
        found = [violation for path, text in texts.items() for violation in rule(path, text)]
        self.assertFalse(found, "\n" + "\n".join(map(str, found)))

    def test_the_table_names_the_rooms_that_are_there(self):
        there = {path.split("/")[1] for path in self.rooms}
        self.assertLessEqual(there, set(self.table))
        for room, named in self.table.items():
            known = set(self.table) | {rooms.PROTO, rooms.EVERYTHING}
            self.assertLessEqual(named, known, f"the row of {room} names a room that has no row")

    def test_every_include_is_allowed_by_the_table(self):
        self.hold(lambda path, text: rooms.wrong_includes(path, text, self.allowed), self.rooms)

    def test_every_target_links_what_the_table_allows(self):
        self.assertFalse(rooms.wrong_links(self.texts["CMakeLists.txt"], self.allowed))

    def test_every_source_file_begins_by_saying_why_it_exists(self):
        self.hold(source_rules.opening_comment, self.sources)

    def test_no_source_file_is_too_long(self):
        self.hold(source_rules.length, self.sources)

    def test_no_line_is_too_wide(self):
        self.hold(source_rules.columns, self.sources)

    def test_nothing_is_left_as_a_remark(self):
        self.hold(source_rules.unfinished, self.sources)

    def test_no_file_knows_a_machine(self):
        self.hold(source_rules.machine_paths, self.texts)

    def test_no_lock_file_holds_a_download_address(self):
        self.hold(source_rules.download_addresses, self.texts)

    def test_every_link_of_the_documents_leads_somewhere(self):
        self.hold(
            lambda path, text: source_rules.broken_links(
                path, text, lambda target: os.path.exists(os.path.join(TOP, target))
            ),
            self.texts,
        )

    def test_the_sources_are_formatted(self):
        files = [path for path in self.sources if path.endswith((".cpp", ".hpp", ".proto"))]
        self.assertTrue(files)
        command = ["clang-format", "--dry-run", "-Werror", *files]
        result = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, "\n" + result.stderr[:4000])


class the_release_binary(unittest.TestCase):
    def test_is_hardened(self):
        binary = os.environ.get("VARDE_BINARY", os.path.join(TOP, "build", "varde"))
        self.assertTrue(os.path.exists(binary), f"{binary} is not built: ninja -C build varde")
        self.assertEqual(hardening.missing_hardening(hardening.readelf(binary)), [])


if __name__ == "__main__":
    unittest.main()
