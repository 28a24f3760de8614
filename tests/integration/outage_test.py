"""A power cut played from outside: five hundred homes of one power area report it, one case says
so, a button pressed in the dark is still first in the queue, and when the power is back so is the
quiet."""

import collections
import unittest

import scene
import varde_process

HOMES = 500
# Signals are read and told a second at a time; a slow machine takes its time.
FOUND_S_MAX = 60.0
# A device leaves after fifteen seconds, the outage after fifteen more.
OVER_S_MAX = 150.0


class power_cut(scene.demo_test):
    arguments = ("--devices", "2000")

    def homes_of_one_area(self):
        """A power area, and a SCAIP device of each of HOMES homes in it."""
        areas = collections.defaultdict(list)
        for device in self.varde.demo["devices"]:
            if device["protocol"] == "scaip" and not device["digest_user"]:
                for parent in device["depends_on"]:
                    if parent.startswith("power:"):
                        areas[parent].append(device)
        area, devices = max(areas.items(), key=lambda one: len(one[1]))
        self.assertGreaterEqual(len(devices), HOMES)
        return area, devices[:HOMES]

    def say(self, devices, status):
        for device in devices:
            with self.scaip(device) as client:
                answer = client.alarm(f"{scene.next_number():x}", dty="0045", stc=status)
                self.assertIn("<snu>0</snu>", answer)

    def of_kind(self, operator, kind):
        return [case for case in operator.cases() if case["kind"] == kind]

    def outages(self, operator):
        return self.of_kind(operator, "outage")

    def test_is_one_case_with_everybody_in_it_until_the_power_is_back(self):
        area, devices = self.homes_of_one_area()
        operator = self.person("operator", devices[0]["municipality"])

        self.say(devices[: HOMES // 2], "0085")
        pressed = self.raise_alarm(devices[HOMES // 4])
        self.say(devices[HOMES // 2 :], "0085")

        def all_in_one():
            found = self.outages(operator)
            return found if found and found[0]["outage"]["devices_down"] == HOMES else None

        found = varde_process.wait_until(all_in_one, "an outage with all homes", FOUND_S_MAX)
        self.assertEqual([case["outage"]["parent"] for case in found], [area])
        # What came before it was known to be one is closed as a part of it, some at a time.
        varde_process.wait_until(
            lambda: not self.of_kind(operator, "mains"), "one case", FOUND_S_MAX
        )

        case = self.case_of(operator, pressed)
        self.assertEqual(case["lane"], "life")
        self.assertEqual(operator.cases()[0]["id"], case["id"])

        told = operator.get(f"/api/v1/cases/{found[0]['id']}/outage").json
        self.assertEqual(told["people"], HOMES)

        self.say(devices, "0086")
        varde_process.wait_until(
            lambda: operator.case(found[0]["id"])["state"] == "closed",
            "the outage to be over",
            OVER_S_MAX,
        )
        self.assertEqual(self.outages(operator), [])
        self.assertEqual(operator.cases()[0]["id"], case["id"])


if __name__ == "__main__":
    unittest.main()
