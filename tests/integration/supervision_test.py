"""A device that falls silent, from outside: a technical case says so, one however often the server
is started meanwhile, and it clears by itself when the device beats again."""

import json
import os
import subprocess
import unittest

import native_client
import scene
import varde_process

INTERVAL_S = 10
MISSED_BEATS = 1
# The limit, the time to gather, and room for a busy machine.
GONE_S_MAX = 90
DEVICE = {"protocol": "native", "id": "beating-1", "secret": "a-made-up-secret-of-length-0001"}


class a_supervised_device(scene.demo_test):
    def setUp(self):
        self.municipality = self.varde.demo["municipalities"][0]
        self.begin()

    def begin(self):
        """With our set in force, also after a start, when the demo brings in its own again."""
        self.bring_in()
        self.operator = self.person("operator", self.municipality["id"])
        card = f"/api/v1/residents/7001?municipality={self.municipality['id']}"
        varde_process.wait_until(
            lambda: self.operator.get(card).status == 200, "the server follows the import"
        )

    def bring_in(self):
        """Imports a municipality with one device that beats every ten seconds."""
        new_set = {
            "municipality": {**self.municipality, "native_secret_allowed": True},
            "policy": {
                "supervision": [{"beat_interval_s": 3600, "missed_beats": MISSED_BEATS}]
            },
            "residents": [{"id": "7001", "name": "Importert Innbygger"}],
            "devices": [
                {
                    "id": "n1",
                    "protocol": "native",
                    "wire_id": DEVICE["id"],
                    "kind": "safety_alarm",
                    "state": "installed",
                    "resident": "7001",
                    "secret": DEVICE["secret"],
                    "beat_interval_s": INTERVAL_S,
                }
            ],
        }
        path = os.path.join(self.varde.data, "set.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(new_set, file, ensure_ascii=False)
        redis = "unix:" + os.path.join(self.varde.data, "redis", "redis.sock")
        command = [varde_process.binary(), "import", "--redis", redis, path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def link_cases(self):
        """Cases that the supervision opened, open or closed, on whatever list."""
        found = self.operator.get("/api/v1/cases?state=open,claimed,dispatched,closed&list=all")
        self.assertEqual(found.status, 200, found.body)
        return [
            case
            for case in found.json["cases"]
            if any(alarm["protocol"] == "supervision" for alarm in case["alarms"])
        ]

    def test_falls_silent_and_comes_back(self):
        with native_client.native_client(self.varde, DEVICE) as client:
            client.heartbeat(1)
        (case,) = varde_process.wait_until(
            self.link_cases, "a case of the silent device", GONE_S_MAX
        )
        self.assertEqual(case["kind"], "link")
        self.assertEqual(case["lane"], "technical")
        alarm = case["alarms"][0]
        self.assertEqual(alarm["device"], DEVICE["id"])
        self.assertRegex(alarm["text"], r"^no beat for 1 interval of 10 s, last heard 20")

        self.varde.kill()
        self.varde.start()
        self.begin()
        with native_client.native_client(self.varde, DEVICE) as client:
            beats = iter(range(2, 10**9))
            varde_process.wait_until(
                lambda: client.heartbeat(next(beats)) and self.link_cases()[0]["cleared"],
                "the case is cleared",
                GONE_S_MAX,
            )
        self.assertEqual([one["id"] for one in self.link_cases()], [case["id"]])
        self.assertEqual(self.link_cases()[0]["signal_count"], 1)


if __name__ == "__main__":
    unittest.main()
