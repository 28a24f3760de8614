"""The spine, by the API alone: a device rings, an operator answers, a team goes out, the case is
closed with an outcome, and all of it can be read back, from the API and from the ledger in
Redis."""

import glob
import os
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
            command = ["redis-cli", "-s", socket, *words]
            done = subprocess.run(command, check=True, capture_output=True)
            return done.stdout.split()

        municipality, subject, _ = alone["id"].rsplit(".", 2)
        ids = redis("LRANGE", f"v:{{{municipality}}}:s:{subject}", "0", "-1")
        self.assertEqual(len(ids), alone["version"])
        for item in alone["history"]:
            position = ids[item["version"] - 1]
            found = redis("--raw", "XRANGE", f"v:{{{municipality}}}:ledger", position, position)
            self.assertTrue(found, f"version {item['version']} is not in the stream")


if __name__ == "__main__":
    unittest.main()
