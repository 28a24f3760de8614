"""A policy changed without a restart, as a planner does it: the rule that was just imported holds
the next signal, says why, and its own words are found on the case and in the ledger."""

import json
import os

import scene
import varde_process

WAIT_S = 3
TARGET_S = 77  # made up, so that the page shows when the policy counts
REASON = "Opened doors are mostly closed again at once"
POLICY = {
    "answer_target_s": TARGET_S,
    "rules": [
        {
            "id": "doors",
            "reason": REASON,
            "match": {"kinds": ["door"]},
            "hold": {"wait_s": WAIT_S},
        }
    ],
}
DOOR = {"dty": "0014"}
CLOSED = {"dty": "0014", "stc": "0021"}


class a_policy(scene.demo_test):
    def setUp(self):
        self.sender = self.device("scaip")
        self.municipality = self.sender["municipality"]
        self.operator = self.person("operator", self.municipality)

    def file(self, name, content):
        path = os.path.join(self.varde.data, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content, indent=1))
        return path

    def policy(self, *words):
        """`varde policy …` beside the running server."""
        where = ("--embedded", "--data", self.varde.data, "--municipality", self.municipality)
        return varde_process.run_command("policy", *words, *where)

    def bring_in(self, policy):
        """Imports a policy and waits until the running server works with it: no two of these tests
        ask for the same target."""
        done = self.policy("import", self.file("policy.json", policy))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        of_municipality = lambda config: next(
            one["answer_target_s"]
            for one in config["municipalities"]
            if one["id"] == self.municipality
        )
        varde_process.wait_until(
            lambda: of_municipality(self.operator.get("/api/v1/me").json["config"])
            == policy["answer_target_s"],
            "the new policy in force",
        )

    def send(self, **tags):
        """The id of an acknowledged signal of the device."""
        ref = f"{scene.next_number():x}"
        self.assertIn("<snu>0</snu>", self.scaip(self.sender).alarm(ref, **tags))
        return f"{self.sender['id']}/{ref}"

    def test_a_hold_that_was_just_imported_holds_the_next_signal_and_says_why(self):
        self.bring_in(POLICY)
        opened = self.send(**DOOR)
        case = self.case_of(self.operator, opened)  # nobody closed the door
        self.assertEqual(case["decisions"][0]["rule"], "doors")
        self.assertEqual(case["decisions"][0]["reason"], REASON)
        waited = varde_process.run_command(
            "policy", "show", "--embedded", "--data", self.varde.data,
            "--municipality", self.municipality,
        )
        self.assertIn(REASON, waited.stdout)
        self.close_all(self.operator)

    def test_a_door_that_is_closed_in_time_is_no_case(self):
        long_wait = [{**POLICY["rules"][0], "hold": {"wait_s": 600}}]
        self.bring_in({"answer_target_s": TARGET_S + 3, "rules": long_wait})
        opened = self.send(**DOOR)
        held = self.operator.get("/api/v1/held").json
        self.assertIn(opened, json.dumps(held))
        self.send(**CLOSED)
        self.assertNotIn(opened, json.dumps(self.operator.get("/api/v1/held").json))
        self.assertFalse([c for c in self.operator.cases() if scene.shows(c, opened)])

    def test_a_policy_that_can_not_be_kept_changes_nothing(self):
        self.bring_in({"answer_target_s": TARGET_S + 1})
        bad = {"rules": [{"id": "x", "hold": {"wait_s": 1}}]}
        done = self.policy("import", self.file("bad.json", bad))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"bad\.json:\d+: rule x: reason is missing")
        self.assertIn(str(TARGET_S + 1), self.policy("show").stdout)

    def test_a_replay_tells_what_would_have_been_held(self):
        self.bring_in({"answer_target_s": TARGET_S + 2})
        opened = self.send(**DOOR)
        self.case_of(self.operator, opened)
        before = self.policy("show").stdout
        done = self.policy(
            "replay", "--from", "2020-01-01", "--policy", self.file("tried.json", POLICY)
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(opened, done.stdout)
        self.assertIn(f'by doors "{REASON}"', done.stdout)
        self.assertEqual(self.policy("show").stdout, before, "a replay writes nothing")
        self.close_all(self.operator)

    def test_explaining_a_scaip_request_names_each_rule(self):
        request = f"<mrq><ref>a1</ref><cid>{self.sender['id']}</cid><dty>0014</dty></mrq>"
        done = self.policy(
            "explain",
            "--signal", self.file("door.xml", request),
            "--policy", self.file("tried.json", POLICY),
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("doors (hold): waits 3 s for the all-clear", done.stdout)
        self.assertIn(REASON, done.stdout)


if __name__ == "__main__":
    import unittest

    unittest.main()
