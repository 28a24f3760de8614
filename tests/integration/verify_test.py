"""`varde ledger verify` on a server in use and on what a killed one left behind: what people and
devices did is whole, and what was changed by hand is found."""

import json
import os
import socket
import unittest

import scene
import varde_process


def redis_command(varde, *words):
    """Sends one command to the private Redis, as somebody with the data directory could."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(os.path.join(varde.data, "redis", "redis.sock"))
        request = f"*{len(words)}\r\n" + "".join(f"${len(w)}\r\n{w}\r\n" for w in words)
        client.sendall(request.encode())
        return client.recv(65536).decode()


class a_verification(scene.demo_test):
    def setUp(self):
        self.operator = self.person("operator")
        self.municipality = self.operator.me["municipalities"][0]["id"]

    def handle_a_case(self):
        """From the press to the closing, with a visit that is recalled."""
        device = self.device("native", municipality=self.municipality)
        case = self.case_of(self.operator, self.raise_alarm(device))
        case = self.operator.must(case, "claim")
        teams = self.operator.get(f"/api/v1/teams?municipality={self.municipality}").json["teams"]
        case = self.operator.must(case, "dispatch", team=teams[0]["id"], message="verify")
        case = self.operator.must(case, "recall", visit=case["visits"][0]["id"], reason="verify")
        self.operator.must(case, "close", outcome=scene.OUTCOME)

    def verify(self, *arguments):
        return varde_process.run_command(
            "ledger", "verify", "--embedded", "--data", self.varde.data, *arguments
        )

    def test_a_ledger_in_use_is_whole(self):
        self.handle_a_case()
        done = self.verify("--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["whole"])
        of = {one["id"]: one for one in report["municipalities"]}[self.municipality]
        self.assertGreaterEqual(of["entries"], 5)
        self.assertGreaterEqual(of["visits"], 1)
        self.assertGreaterEqual(report["vaulted"]["as_vaulted"], 5)
        self.assertEqual(report["vaulted"]["lost"], 0)

    def test_what_a_killed_server_left_behind_is_whole(self):
        self.handle_a_case()
        self.varde.kill()
        try:
            done = self.verify()
        finally:
            self.varde.start()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Whole: ", done.stdout)

    def test_what_was_changed_by_hand_is_found(self):
        self.handle_a_case()
        chain = ("v:{%s}:places" % self.municipality, ".chain")
        before = redis_command(self.varde, "HGET", *chain).split("\r\n")[1]
        redis_command(self.varde, "HSET", *chain, "0" * 40)
        try:
            done = self.verify("--municipality", self.municipality)
        finally:
            redis_command(self.varde, "HSET", *chain, before)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("the hash kept beside the places is not the newest element's", done.stdout)

    def test_a_directory_without_data_is_said_so(self):
        done = varde_process.run_command(
            "ledger", "verify", "--embedded", "--data", os.path.join(self.varde.data, "none")
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("holds no data of an embedded server", done.stderr)


if __name__ == "__main__":
    unittest.main()
