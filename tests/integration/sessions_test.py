"""Sign-in and sessions, as a stranger would try them: wrong passwords, forged and old cookies,
missing CSRF tokens, foreign pages, and a live feed that must not outlive the right to it."""

import statistics
import time
import unittest

import api_client
import live_client
import scene

WRONG = "feil passord 123456"


class sign_in(scene.demo_test):
    def try_in(self, user, password, source=None, headers=None):
        body = {"user": user, "password": password}
        return api_client.exchange(
            self.varde, "POST", "/api/v1/session", body, headers, source=source
        )

    def test_the_cookie_is_locked_down_and_long_enough(self):
        who = self.varde.sign_in_of("operator")
        cookie = self.try_in(who["user"], who["password"]).header("set-cookie")
        name, _, rest = cookie.partition("=")
        value, *attributes = [part.strip() for part in rest.split(";")]
        self.assertEqual(name, "__Host-varde")
        self.assertGreaterEqual(len(value), 22, "at least 128 bits")
        words = {attribute.lower() for attribute in attributes}
        self.assertLessEqual({"httponly", "secure", "samesite=strict", "path=/"}, words)
        self.assertFalse(any(word.startswith("domain") for word in words))

    def test_a_cookie_that_was_set_before_sign_in_is_never_taken_over(self):
        who = self.varde.sign_in_of("operator")
        planted = "__Host-varde=" + "A" * 43
        answer = self.try_in(who["user"], who["password"], headers={"Cookie": planted})
        self.assertEqual(answer.status, 200)
        self.assertNotIn(planted, answer.header("set-cookie"))
        answer = api_client.exchange(self.varde, "GET", "/api/v1/me", headers={"Cookie": planted})
        self.assertEqual(answer.status, 401)

    def test_a_user_that_does_not_exist_is_answered_like_a_wrong_password(self):
        who = self.varde.sign_in_of("operator", nth=1)
        times = {}
        answers = {}
        for user in (who["user"], "finnes-ikke"):
            took = []
            for attempt in range(3):
                start = time.monotonic()
                answers[user] = self.try_in(user, WRONG, source=f"127.0.7.{attempt + 1}")
                took.append(time.monotonic() - start)
            times[user] = statistics.median(took)
        known, unknown = answers.values()
        self.assertEqual((known.status, known.json), (unknown.status, unknown.json))
        self.assertEqual(known.json["code"], "wrong_credentials")
        slow, fast = max(times.values()), min(times.values())
        self.assertLess(slow, 4 * fast + 0.05, f"told apart by time: {times}")

    def test_guessing_is_slowed_and_the_right_person_still_enters_from_elsewhere(self):
        who = self.varde.sign_in_of("responder")
        guesses = []
        for attempt in range(40):
            forged = {"X-Forwarded-For": f"10.1.2.{attempt}"}
            guesses.append(self.try_in(who["user"], WRONG, source="127.0.0.9", headers=forged))
        self.assertLessEqual({guess.status for guess in guesses}, {401, 429})
        slowed = [guess for guess in guesses if guess.status == 429]
        self.assertGreater(len(slowed), 20, "most of 40 guesses in a row are slowed")
        self.assertGreaterEqual(int(slowed[-1].header("retry-after")), 1)
        self.assertEqual(slowed[-1].json["code"], "slow_down")
        self.assertEqual(self.try_in(who["user"], who["password"]).status, 200)


class sessions(scene.demo_test):
    def setUp(self):
        self.operator = self.person("operator")

    def test_an_old_cookie_is_worth_nothing_after_sign_out(self):
        self.assertEqual(self.operator.get("/api/v1/me").status, 200)
        self.assertEqual(self.operator.sign_out().status, 204)
        self.assertEqual(self.operator.get("/api/v1/me").status, 401)

    def test_a_live_feed_ends_at_sign_out(self):
        live = self.operator.live()
        live.message()
        self.operator.sign_out()
        messages, _, _ = live.until_closed(5)
        self.assertEqual(messages[-1], {"type": "bye", "reason": "signed_out"})
        self.raise_alarm(self.device("native"))
        with self.assertRaises((live_client.closed, OSError)):
            live.message(1)

    def test_an_unsafe_method_needs_the_csrf_token(self):
        for token in (None, "", "x" * 22, self.person("operator", nth=1).csrf):
            headers = {"Cookie": self.operator.cookie, "Idempotency-Key": "k"}
            if token is not None:
                headers["X-CSRF-Token"] = token
            answer = api_client.exchange(
                self.varde, "POST", "/api/v1/queue/next", {}, headers
            )
            self.assertEqual((answer.status, answer.json["code"]), (403, "csrf"))

    def test_an_unsafe_method_from_a_foreign_page_is_refused(self):
        host, port = self.varde.address("https")
        for origin in ("https://evil.example", "null", f"https://{host}.evil.example:{port}"):
            answer = self.operator.request(
                "POST", "/api/v1/queue/next", {}, {"Origin": origin, "Idempotency-Key": "k"}
            )
            self.assertEqual((answer.status, answer.json["code"]), (403, "foreign_origin"), origin)

    def test_the_live_feed_opens_for_our_own_page_only(self):
        host, port = self.varde.address("https")
        ours = f"https://{host}:{port}"
        for origin in (
            "https://evil.example",
            "null",
            f"{ours}.evil.example",
            f"https://{host}.evil.example:{port}",
            f"http://{host}:{port}",
            None,
        ):
            headers = {"Cookie": self.operator.cookie}
            if origin is not None:
                headers["Origin"] = origin
            with self.assertRaises(live_client.refused, msg=origin) as how:
                live_client.live_client(self.varde, "/api/v1/live", headers)
            self.assertEqual(how.exception.args[0], 403, origin)

    def test_the_live_feed_needs_a_session(self):
        host, port = self.varde.address("https")
        for cookie in ({}, {"Cookie": "__Host-varde=" + "A" * 43}):
            headers = {"Origin": f"https://{host}:{port}", **cookie}
            with self.assertRaises(live_client.refused) as how:
                live_client.live_client(self.varde, "/api/v1/live", headers)
            self.assertEqual(how.exception.args[0], 401)


if __name__ == "__main__":
    unittest.main()
