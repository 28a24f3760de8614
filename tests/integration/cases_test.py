"""The rules of cases as people and devices meet them: repetitions, joining, unknown devices, claims
that race, commands that are repeated or stale, and a console that goes away."""

import concurrent.futures
import unittest

import scaip_client
import scene
import varde_process


class signals(scene.demo_test):
    def setUp(self):
        self.device_used = self.device("scaip")
        self.operator = self.person("operator", self.device_used["municipality"])
        self.close_all(self.operator)

    def test_the_same_datagram_again_is_answered_again_and_changes_nothing(self):
        client = self.scaip(self.device_used)
        ref = f"{scene.next_number():x}"
        self.assertIn("<snu>0</snu>", client.alarm(ref))
        case = self.case_of(self.operator, f"{self.device_used['id']}/{ref}")
        self.assertIn("<snu>0</snu>", client.alarm(ref))
        again = self.operator.case(case["id"])
        self.assertEqual((again["version"], again["signal_count"]), (case["version"], 1))

    def test_a_second_press_joins_the_open_case_and_is_counted(self):
        first = self.raise_alarm(self.device_used)
        case = self.case_of(self.operator, first)
        self.raise_alarm(self.device_used)
        joined = varde_process.wait_until(
            lambda: next((c for c in self.operator.cases() if c["signal_count"] == 2), None),
            "the second press in the first case",
        )
        self.assertEqual(joined["id"], case["id"])
        self.assertEqual(joined["alarms"][0]["count"], 2)

    def test_a_press_while_the_case_is_claimed_asks_for_its_owners_attention(self):
        case = self.case_of(self.operator, self.raise_alarm(self.device_used))
        case = self.operator.must(case, "claim")
        self.assertFalse(case["attention"])
        self.raise_alarm(self.device_used)
        varde_process.wait_until(
            lambda: self.operator.case(case["id"])["attention"], "attention on the claimed case"
        )
        self.assertEqual(self.operator.case(case["id"])["owner"]["user"], self.operator.user)

    def test_a_battery_signal_never_joins_a_personal_case(self):
        personal = self.case_of(self.operator, self.raise_alarm(self.device_used))
        ref = f"{scene.next_number():x}"
        self.scaip(self.device_used).alarm(ref, stc="0016")
        technical = self.case_of(self.operator, f"{self.device_used['id']}/{ref}")
        self.assertNotEqual(technical["id"], personal["id"])
        self.assertEqual((technical["lane"], technical["kind"]), ("technical", "battery"))

    def test_an_unknown_device_becomes_a_case_of_the_centre(self):
        stranger = {**self.device_used, "id": "99887766"}
        with scaip_client.scaip_client(self.varde, stranger) as client:
            self.assertIn("<snu>0</snu>", client.alarm("1"))
        case = self.case_of(self.operator, "99887766/1")
        self.assertEqual((case["municipality"], case["kind"]), ("centre", "unknown_device"))
        self.assertEqual((case["lane"], case["lane_reason"]), ("care", "unknown_device"))


class commands(scene.demo_test):
    def setUp(self):
        self.device_used = self.device("native")
        self.municipality = self.device_used["municipality"]
        self.operator = self.person("operator", self.municipality)
        self.close_all(self.operator)
        self.case = self.case_of(self.operator, self.raise_alarm(self.device_used))

    def test_of_100_claims_by_two_operators_one_wins(self):
        other = self.person("operator", self.municipality, nth=1)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            people = [(self.operator, other)[i % 2] for i in range(100)]
            answers = list(pool.map(lambda p: (p, p.command(self.case, "claim")), people))
        winners = [person for person, answer in answers if answer.status == 200]
        self.assertEqual(len(winners), 1)
        owner = self.operator.case(self.case["id"])["owner"]["user"]
        self.assertEqual(owner, winners[0].user)
        for _, answer in answers:
            self.assertIn(answer.status, (200, 409))
            if answer.status == 409:
                self.assertEqual(answer.json["current"]["owner"]["user"], owner)

    def test_a_command_under_the_same_key_is_carried_out_once(self):
        case = self.operator.must(self.case, "claim")
        first = self.operator.command(case, "note", key="note-1", text="en gang")
        again = self.operator.command(case, "note", key="note-1", text="en gang")
        self.assertEqual((first.status, again.status), (200, 200))
        history = self.operator.case(case["id"])["history"]
        self.assertEqual(sum(item["type"] == "note_added" for item in history), 1)

    def test_a_stale_command_is_told_what_changed(self):
        case = self.operator.must(self.case, "claim")
        self.operator.must(case, "note", text="nytt")
        stale = self.operator.command(case, "note", text="gammelt")
        self.assertEqual((stale.status, stale.json["code"]), (409, "stale"))
        self.assertGreater(stale.json["current"]["version"], case["version"])
        self.assertEqual([c["text"] for c in stale.json["changes"]], ["nytt"])

    def test_a_command_needs_a_key_and_a_version(self):
        path = f"/api/v1/cases/{self.case['id']}/claim"
        without = self.operator.request("POST", path, {"version": self.case["version"]})
        self.assertEqual((without.status, without.json["code"]), (400, "idempotency_key_required"))
        without = self.operator.post(path, {})
        self.assertEqual((without.status, without.json["code"]), (428, "version_required"))
        with_header = self.operator.request(
            "POST", path, {}, {"Idempotency-Key": "k", "If-Match": f'"{self.case["version"]}"'}
        )
        self.assertEqual(with_header.status, 200)

    def test_a_case_can_not_be_closed_without_an_outcome(self):
        case = self.operator.must(self.case, "claim")
        answer = self.operator.command(case, "close")
        self.assertEqual((answer.status, answer.json["code"]), (422, "outcome_required"))

    def test_take_next_gives_the_most_urgent_one_and_204_when_nothing_waits(self):
        taken = self.operator.post("/api/v1/queue/next")
        self.assertEqual(taken.status, 200)
        self.assertEqual(taken.json["owner"]["user"], self.operator.user)
        while taken.status == 200:
            taken = self.operator.post("/api/v1/queue/next")
        self.assertEqual(taken.status, 204)

    def test_a_takeover_names_whom_it_was_taken_from(self):
        self.operator.must(self.case, "claim")
        other = self.person("operator", self.municipality, nth=1)
        other.must(other.case(self.case["id"]), "takeover")
        last = other.case(self.case["id"])["history"][-1]
        self.assertEqual((last["type"], last["from_user"]), ("taken_over", self.operator.user))

    def test_a_declined_visit_gives_the_reason_back(self):
        case = self.operator.must(self.case, "claim")
        responder = self.person("responder")
        teams = [t for t in responder.me["teams"] if t["municipality"] == self.municipality]
        if not teams:
            responder = self.person("responder", nth=1)
            teams = [t for t in responder.me["teams"] if t["municipality"] == self.municipality]
        case = self.operator.must(case, "dispatch", team=teams[0]["id"], message="")
        visit = case["visits"][0]["id"]
        answer = responder.post(f"/api/v1/visits/{visit}/decline", {"reason": "opptatt"})
        self.assertEqual((answer.status, answer.json["state"]), (200, "declined"))
        shown = self.operator.case(case["id"])["visits"][0]
        self.assertEqual((shown["state"], shown["reason"]), ("declined", "opptatt"))


class the_live_feed(scene.demo_test):
    def setUp(self):
        self.device_used = self.device("native")
        self.operator = self.person("operator", self.device_used["municipality"])
        self.close_all(self.operator)

    def test_a_resume_token_gives_only_what_came_after_it(self):
        live = self.operator.live()
        live.message()
        first = self.raise_alarm(self.device_used)
        seen = live.until(lambda m: m["type"] == "changes")
        live.close()
        case = self.case_of(self.operator, first)
        self.operator.must(case, "claim")
        resumed = self.operator.live(resume=seen["token"])
        self.addCleanup(resumed.close)
        message = resumed.until(lambda m: m["type"] in ("changes", "snapshot"))
        self.assertEqual(message["type"], "changes")
        self.assertEqual([c["case"]["state"] for c in message["changes"]], ["claimed"])

    def test_a_token_that_is_unknown_gets_a_snapshot(self):
        live = self.operator.live(resume="nonsense")
        self.addCleanup(live.close)
        self.assertEqual(live.message()["type"], "snapshot")

    def test_the_feed_beats(self):
        live = self.operator.live()
        self.addCleanup(live.close)
        live.until(lambda m: m["type"] == "beat", deadline_s=8)


if __name__ == "__main__":
    unittest.main()
