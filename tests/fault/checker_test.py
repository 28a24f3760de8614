"""The reckoning itself, on records and ledgers made up here: it must find what is lost, doubled,
hidden or broken, or the scenarios would prove nothing."""

import unittest

import processes  # noqa: F401  makes tests/integration importable
import checker
import ledger_reader
from native_client import field

CASE = "9901.r-1.1"
BODY_OF = {name: number for number, name in ledger_reader.BODIES.items()}


def entry(version, kind, body=b"", user="", command="", subject="r-1", case=CASE):
    data = field(1, 1) + field(2, "9901") + field(3, subject) + field(4, version)
    data += field(6, "node1") + field(8, field(2, user)) + field(9, command) + field(10, case)
    return data + field(BODY_OF[kind], body or field(1, "x"))


def opened(version, signal):
    return entry(version, "case_opened", field(4, field(1, signal)))


def joined(version, signal):
    return entry(version, "alarm_joined", field(1, field(1, signal)))


def claimed(version, user, key="k"):
    return entry(version, "claimed", user=user, command=f"{user}/{key}")


def acknowledged(signal):
    return [
        {"t": 1.0, "e": "made", "s": signal, "life": True},
        {"t": 1.5, "e": "acked", "s": signal},
    ]


def answered(key, verb="claim", user="kari"):
    return {"t": 2.0, "e": "answer", "u": user, "k": key, "v": verb, "st": 200, "c": CASE, "ver": 9}


class the_reckoning(unittest.TestCase):
    def found(self, entries, devices=(), people=()):
        parsed = [ledger_reader.parse("1-0", data) for data in entries]
        check = checker.checker(list(devices), list(people), parsed).run()
        check.check_screens()
        return sorted(finding.sort for finding in check.findings)

    def test_a_whole_story_has_no_findings(self):
        entries = [opened(1, "a/1"), joined(2, "a/2"), claimed(3, "kari")]
        devices = acknowledged("a/1") + acknowledged("a/2")
        self.assertEqual(self.found(entries, devices, [answered("k")]), [])

    def test_an_acknowledged_signal_that_is_nowhere_is_lost(self):
        self.assertEqual(self.found([opened(1, "a/1")], acknowledged("a/2")), ["lost"])

    def test_a_signal_in_two_entries_is_doubled(self):
        self.assertEqual(self.found([opened(1, "a/1"), joined(2, "a/1")]), ["doubled"])

    def test_an_answered_command_that_is_nowhere_is_lost(self):
        self.assertEqual(self.found([opened(1, "a/1")], people=[answered("k", "note")]), ["lost"])

    def test_a_command_kept_as_a_deed_of_an_outage_is_not_lost(self):
        deed = entry(2, "handled_in_outage", field(1, claimed(2, "kari")), "kari", "kari/k")
        self.assertEqual(self.found([opened(1, "a/1"), deed], people=[answered("k")]), [])

    def test_a_command_at_two_subjects_is_doubled(self):
        other = entry(1, "claimed", user="kari", command="kari/k", subject="r-2", case="9901.r-2.1")
        self.assertEqual(self.found([opened(1, "a/1"), claimed(2, "kari"), other]), ["doubled"])

    def test_a_case_with_two_owners_is_doubled(self):
        entries = [opened(1, "a/1"), claimed(2, "kari", "k1"), claimed(3, "per", "k2")]
        self.assertEqual(self.found(entries), ["doubled"])

    def test_a_visit_accepted_twice_is_doubled(self):
        accept = field(1, CASE + ".v1") + field(2, ledger_reader.ACCEPTED)
        entries = [opened(1, "a/1")]
        entries += [
            entry(v, "visit_moved", accept, user, f"{user}/{v}") for v, user in ((2, "a"), (3, "b"))
        ]
        self.assertEqual(self.found(entries), ["doubled"])

    def test_a_gap_in_the_versions_is_found(self):
        self.assertEqual(self.found([opened(1, "a/1"), joined(3, "a/2")]), ["broken"])

    def test_an_acknowledged_alarm_that_no_screen_showed_is_hidden(self):
        entries = [opened(1, "a/1")]
        self.assertEqual(self.found(entries, acknowledged("a/1")), ["hidden"])
        shown = [{"t": 3.0, "e": "shown", "u": "kari", "c": {CASE: 1}}]
        self.assertEqual(self.found(entries, acknowledged("a/1"), shown), [])

    def test_a_gap_is_measured_at_the_devices_of_the_struck_node(self):
        devices = [{"t": 0.5, "e": "at_node", "s": "a/-", "n": "node1"}]
        devices += acknowledged("a/1") + acknowledged("b/1")
        devices[-1]["t"] = 3.0
        check = checker.checker(devices, [], [])
        self.assertAlmostEqual(check.gap(1.0, 4.0, "node1"), 2.5)
        self.assertAlmostEqual(check.gap(1.0, 4.0), 1.5)


if __name__ == "__main__":
    unittest.main()
