"""Who may see and do what: every route of the API description with every role, and every id of one
municipality in the hands of another's people. What is not theirs must look as if it did not
exist."""

import json
import unittest

import api_client
import openapi
import scene

ROLES = ("operator", "responder", "municipality_administrator", "centre_administrator")


class rights(scene.demo_test):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine, cls.theirs = [m["id"] for m in cls.varde.demo["municipalities"]][:2]

    def of_one(self, role, municipality):
        """A signed-in person whose rights end at this municipality."""
        for who in self.varde.demo["sign_ins"]:
            if who["role"] != role:
                continue
            person = api_client.person(self.varde, who).sign_in()
            served = {m["id"] for m in person.me["municipalities"]}
            served |= {team["municipality"] for team in person.me["teams"]}
            if served == {municipality}:
                return person
        return self.skipTest(f"the demo has no {role} of {municipality} alone")

    def their_case(self):
        """(case with a visit, its operator) of the other municipality."""
        device = self.device("native", municipality=self.theirs)
        operator = self.of_one("operator", self.theirs)
        self.close_all(operator)
        case = operator.must(self.case_of(operator, self.raise_alarm(device)), "claim")
        team = operator.get(f"/api/v1/teams?municipality={self.theirs}").json["teams"][0]["id"]
        return operator.must(case, "dispatch", team=team, message=""), operator

    def assert_like_missing(self, person, method, path, missing_path, body=None):
        """The answer to `path` is that to a path which names nothing, but for the ids in it."""
        headers = {"Idempotency-Key": f"k{scene.next_number()}"} if method == "POST" else {}
        there = person.request(method, path, body, headers)
        missing = person.request(method, missing_path, body, headers)
        self.assertEqual((there.status, missing.status), (404, 404), f"{method} {path}")
        own = {"instance": None, "trace": None}
        self.assertEqual({**there.json, **own}, {**missing.json, **own}, f"{method} {path}")

    def test_another_municipalitys_case_is_like_a_missing_one(self):
        case, _ = self.their_case()
        stranger = self.of_one("operator", self.mine)
        missing = f"/api/v1/cases/{self.theirs}.r-nobody.1"
        path = f"/api/v1/cases/{case['id']}"
        self.assert_like_missing(stranger, "GET", path, missing)
        bodies = {
            "claim": {},
            "release": {},
            "takeover": {},
            "note": {"text": "x"},
            "step": {"step": "1", "done": True},
            "dispatch": {"team": "x", "message": ""},
            "recall": {"visit": "x", "reason": "x"},
            "close": {"outcome": scene.OUTCOME},
        }
        for verb, body in bodies.items():
            body = {"version": case["version"], **body}
            self.assert_like_missing(stranger, "POST", f"{path}/{verb}", f"{missing}/{verb}", body)

    def test_another_municipalitys_visit_is_like_a_missing_one(self):
        case, _ = self.their_case()
        visit = case["visits"][0]["id"]
        stranger = self.of_one("responder", self.mine)
        self.assertNotIn(visit, [v["id"] for v in stranger.get("/api/v1/visits").json["visits"]])
        for verb, body in (
            ("accept", {}),
            ("decline", {"reason": "x"}),
            ("en-route", {}),
            ("on-site", {}),
            ("done", {"note": "x"}),
            ("access-code", {}),
        ):
            path = f"/api/v1/visits/{visit}/{verb}"
            missing = f"/api/v1/visits/{self.theirs}.r-nobody.1.v1/{verb}"
            self.assert_like_missing(stranger, "POST", path, missing, body)

    def test_another_municipalitys_residents_and_teams_are_like_missing_ones(self):
        case, _ = self.their_case()
        stranger = self.of_one("operator", self.mine)
        resident = case["subject"]["id"]
        self.assert_like_missing(
            stranger,
            "GET",
            f"/api/v1/residents/{resident}?municipality={self.theirs}",
            f"/api/v1/residents/nobody?municipality={self.mine}",
        )
        self.assert_like_missing(
            stranger,
            "GET",
            f"/api/v1/teams?municipality={self.theirs}",
            "/api/v1/teams?municipality=9999",
        )

    def test_lists_and_the_live_feed_show_only_ones_own_municipality(self):
        case, their_operator = self.their_case()
        stranger = self.of_one("operator", self.mine)
        self.close_all(stranger)
        live = stranger.live()
        self.addCleanup(live.close)
        snapshot = live.message()
        allowed = {self.mine, "centre"}
        self.assertLessEqual({c["municipality"] for c in snapshot["cases"]}, allowed)
        for state in ("active", "open", "claimed", "dispatched", "closed"):
            self.assertLessEqual({c["municipality"] for c in stranger.cases(state)}, allowed)
        their_operator.must(case, "note", text="hemmelig")
        own = self.raise_alarm(self.device("native", municipality=self.mine))
        seen = []
        live.until(lambda m: seen.append(m) or own in json.dumps(m))
        self.assertNotIn("hemmelig", json.dumps(seen))
        self.assertNotIn(case["id"], json.dumps(seen))

    def test_an_operator_can_not_send_another_municipalitys_team(self):
        device = self.device("native", municipality=self.mine)
        operator = self.of_one("operator", self.mine)
        self.close_all(operator)
        case = operator.must(self.case_of(operator, self.raise_alarm(device)), "claim")
        own = [t["id"] for t in self.varde.demo["teams"] if t["municipality"] == self.mine]
        for team in self.varde.demo["teams"]:
            if team["municipality"] == self.theirs:
                names = {team["id"], f"{self.theirs}/{team['id']}"} - set(own)
                for name in names:
                    answer = operator.command(case, "dispatch", team=name, message="")
                    self.assertIn(answer.status, (404, 422), answer.body)

    def test_every_route_with_every_role_and_with_none(self):
        case, operator = self.their_case()
        ids = {"{id}": case["id"]}
        description = openapi.description()
        people = {}
        for who in self.varde.demo["sign_ins"]:
            people.setdefault(who["role"], api_client.person(self.varde, who).sign_in())
        tried = 0
        for method, template, operation in description.routes():
            roles = operation.get("x-roles")
            if roles is None:
                continue
            the_id = case["visits"][0]["id"] if "/visits/" in template else ids["{id}"]
            if "/residents/" in template:
                the_id = case["subject"]["id"] + f"?municipality={self.theirs}"
            path = template.replace("{id}", the_id)
            headers = {"Idempotency-Key": "matrix"} if method != "GET" else {}
            stranger = api_client.exchange(self.varde, method, path, headers=headers)
            self.assertIn(stranger.status, (401, 426), f"{method} {path} without a session")
            for role, person in people.items():
                if role not in roles:
                    answer = person.request(method, path, {} if method != "GET" else None, headers)
                    self.assertIn(answer.status, (403, 404, 426), f"{method} {path} as {role}")
                    tried += 1
        self.assertGreater(tried, 20, "the description names roles for its routes")
        self.assertEqual(operator.case(case["id"])["version"], case["version"])


if __name__ == "__main__":
    unittest.main()
