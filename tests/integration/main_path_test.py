"""The spine, by the API alone: a device rings, an operator answers, a team goes out, the case is
closed with an outcome, and all of it can be read back, from the API and from the ledger in
Redis."""

import ast
import glob
import os
import re
import subprocess
import unittest

import scene


class the_main_path(scene.demo_test):
    def play(self, protocol):
        device = self.device(protocol)
        municipality = device["municipality"]
        operator = self.person("operator", municipality)
        live = operator.live()
        self.addCleanup(live.close)
        self.assertEqual(live.message()["type"], "snapshot")

        signal_id = self.raise_alarm(device)
        case = live.until_case(lambda c: scene.shows(c, signal_id))
        self.assertEqual(case["municipality"], municipality)
        self.assertEqual((case["state"], case["owner"]), ("open", None))
        self.assertEqual(case["subject"]["kind"], "resident")
        self.assertEqual(case["alarms"][0]["count"], 1)
        self.assertTrue(case["lane_reason"])
        self.assertTrue(case["steps"], "the case carries the steps of the response plan")

        case = operator.must(case, "claim")
        self.assertEqual((case["state"], case["owner"]["user"]), ("claimed", operator.user))
        alone = operator.case(case["id"])
        self.assertEqual(alone["resident"]["id"], device["resident"])
        case = operator.must(case, "step", step=case["steps"][0]["id"], done=True)
        self.assertEqual(case["steps"][0]["done_by"], operator.me["name"])
        case = operator.must(case, "note", text="Svarer ikke på oppringing.")

        responder = self.responder_of(municipality)
        team = responder.me["teams"][0]["id"]
        case = operator.must(case, "dispatch", team=team, message="Nøkkelboks ved døra.")
        self.assertEqual(case["state"], "dispatched")

        visits = responder.get("/api/v1/visits").json["visits"]
        visit = next(v for v in visits if v["case"] == case["id"])
        self.assertEqual((visit["state"], visit["message"]), ("offered", "Nøkkelboks ved døra."))
        for step, body, state in (
            ("accept", {}, "accepted"),
            ("en-route", {}, "en_route"),
            ("on-site", {}, "on_site"),
            ("done", {"note": "Hjalp opp, uskadd."}, "done"),
        ):
            moved = responder.post(f"/api/v1/visits/{visit['id']}/{step}", body)
            self.assertEqual(moved.status, 200, moved.body)
            self.assertEqual(moved.json["state"], state)

        case = live.until_case(
            lambda c: c["id"] == case["id"] and c["visits"] and c["visits"][0]["state"] == "done"
        )
        outcome = {"kind": "real", "cause": "fall", "action": "visit", "note": "Uskadd."}
        case = operator.must(case, "close", outcome=outcome)
        self.assertEqual(case["state"], "closed")
        self.assertEqual(case["outcome"]["cause"], "fall")
        self.assertTrue(case["outcome"]["with_visit"])
        live.until_case(lambda c: c["id"] == case["id"] and c["state"] == "closed")

        alone = operator.case(case["id"])
        self.assertEqual(
            [item["type"] for item in alone["history"]],
            ["case_opened", "claimed", "step_ticked", "note_added", "visit_offered"]
            + ["visit_moved"] * 4
            + ["closed"],
        )
        versions = [item["version"] for item in alone["history"]]
        self.assertEqual(versions, sorted(set(versions)))
        self.assertNotIn(case["id"], [c["id"] for c in operator.cases()])
        self.assertIn(case["id"], [c["id"] for c in operator.cases("closed")])
        return alone

    def responder_of(self, municipality):
        for nth in range(len(self.varde.demo["sign_ins"])):
            responder = self.person("responder", nth=nth)
            if any(team["municipality"] == municipality for team in responder.me["teams"]):
                return responder
        raise AssertionError(f"nobody responds in {municipality}")

    def test_a_scaip_alarm_goes_the_whole_way(self):
        self.play("scaip")

    def test_a_native_alarm_goes_the_whole_way(self):
        self.play("native")

    def test_the_ledger_in_redis_tells_the_same(self):
        alone = self.play("scaip")
        socket = glob.glob(os.path.join(self.varde.data, "**", "*.sock"), recursive=True)[0]

        def redis(*words):
            """The strings of the answer in their order, as redis-cli quotes them."""
            command = ["redis-cli", "--no-raw", "-s", socket, *words]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            quoted = re.findall(r'"(?:[^"\\]|\\.)*"', done.stdout)
            return [ast.literal_eval("b" + text) for text in quoted]

        municipality, subject, _ = alone["id"].rsplit(".", 2)
        key = f"v:{{{municipality}}}:"
        place = redis("HGET", key + "places", subject)[0].split()
        versions = []
        while len(place) == 3:
            version, line, position = place
            versions.append(int(version))
            found = redis("XRANGE", key + "ledger", position.decode(), position.decode())
            self.assertEqual(found[0], position)
            before = found[found.index(b"p") + 1]
            place = before.split(b"\n")[int(line) - 1].split()
        self.assertEqual(place, [b"0"])
        self.assertEqual(versions[0], alone["version"])
        self.assertEqual(versions, sorted(set(versions), reverse=True))


if __name__ == "__main__":
    unittest.main()
