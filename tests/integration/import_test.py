"""Importing into a running server: the new set counts at once, a bad file changes nothing; and,
with a short lease imported that way, a case comes back to the queue when its owner's console has
gone."""

import json
import os
import subprocess
import unittest

import scene
import varde_process

LEASE_S = 6
DEVICE = {"protocol": "native", "id": "imported-1", "secret": "a-made-up-secret-of-length-0001"}


class an_import(scene.demo_test):
    def bring_in(self, changes=None):
        """Imports a small set in place of the demo's first municipality; what the command did."""
        self.municipality = self.varde.demo["municipalities"][0]
        new_set = {
            "municipality": {**self.municipality, "native_secret_allowed": True},
            "policy": {"claim_lease_s": LEASE_S},
            "residents": [
                {
                    "id": "7001",
                    "name": "Importert Innbygger",
                    "address": {"street": "Nyveien 1", "postcode": "9901", "place": "Fjordvik"},
                }
            ],
            "devices": [
                {
                    "id": "n1",
                    "protocol": "native",
                    "wire_id": DEVICE["id"],
                    "kind": "safety_alarm",
                    "state": "installed",
                    "resident": "7001",
                    "secret": DEVICE["secret"],
                }
            ],
            "teams": [{"id": "dag", "name": "Dagvakt", "phone": "+4799000000"}],
            **(changes or {}),
        }
        path = os.path.join(self.varde.data, "set.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(new_set, file, ensure_ascii=False, indent=1)
        redis = "unix:" + os.path.join(self.varde.data, "redis", "redis.sock")
        command = [varde_process.binary(), "import", "--redis", redis, path]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_a_bad_row_is_named_with_its_line_and_nothing_is_imported(self):
        bad = [{"id": "1", "protocol": "native", "wire_id": "x", "kind": "y", "state": "lost"}]
        done = self.bring_in({"devices": bad})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout + done.stderr, r"set\.json:\d+: ")
        operator = self.person("operator", self.municipality["id"])
        card = f"/api/v1/residents/7001?municipality={self.municipality['id']}"
        self.assertEqual(operator.get(card).status, 404)

    def test_a_case_comes_back_when_the_console_of_a_new_set_has_gone(self):
        done = self.bring_in()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        operator = self.person("operator", self.municipality["id"])
        card = f"/api/v1/residents/7001?municipality={self.municipality['id']}"
        varde_process.wait_until(lambda: operator.get(card).status == 200, "the imported resident")

        live = operator.live()
        self.addCleanup(live.close)
        live.message()
        signal_id = self.raise_alarm(DEVICE)
        case = live.until_case(lambda c: scene.shows(c, signal_id))
        self.assertEqual(case["subject"]["name"], "Importert Innbygger")
        case = operator.must(case, "claim")
        for _ in range(2):  # a console that is there keeps the case, beat by beat
            live.send({"type": "here"})
            live.until(lambda message: message["type"] == "beat")
        self.assertEqual(operator.case(case["id"])["owner"]["user"], operator.user)

        live.close()
        back = varde_process.wait_until(
            lambda: next((c for c in operator.cases("open") if c["id"] == case["id"]), None),
            "the case in the queue again",
            deadline_s=LEASE_S + 15,
        )
        self.assertIsNone(back["owner"])
        last = operator.case(case["id"])["history"][-1]
        self.assertEqual((last["type"], last["reason"]), ("released", "console_gone"))
        self.assertEqual(last["actor"]["kind"], "system")


if __name__ == "__main__":
    unittest.main()
