"""The restore drill as an administrator does it: copy a server in use, bring the copy back on an
empty machine, start a server there, and find the people, the cases and their histories again."""

import os
import shutil
import stat
import tempfile
import threading
import unittest

import api_client
import native_client
import scene
import varde_process


class steady_alarms:
    """A device that presses and presses, until it is told to stop."""

    def __init__(self, varde, device):
        self.count = 0
        self.enough = threading.Event()
        self.over = threading.Event()
        self.client = native_client.native_client(varde, device)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over.is_set():
            if self.client.signal(scene.next_number()).verdict == native_client.RECEIVED:
                self.count += 1
            if self.count >= 20:
                self.enough.set()

    def stop(self):
        self.over.set()
        self.thread.join(10)
        self.client.close()


class a_restore_drill(scene.demo_test):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="varde-test-")
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.file = os.path.join(self.scratch, "varde.backup")

    def back_up(self):
        done = varde_process.run_command(
            "backup", "--embedded", "--data", self.varde.data, "--to", self.file
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def restore(self, data):
        return varde_process.run_command(
            "restore", "--embedded", "--data", data, "--from", self.file
        )

    def test_a_copy_of_a_server_in_use_is_a_server_again(self):
        operator = self.person("operator")
        municipality = operator.me["municipalities"][0]["id"]
        device = self.device("native", municipality=municipality)
        case = self.case_of(operator, self.raise_alarm(device))
        case = operator.must(case, "claim")
        operator.must(case, "note", text="før kopien")
        device = next(
            d
            for d in self.varde.demo["devices"]
            if d["protocol"] == "native"
            and d["municipality"] == municipality
            and d["resident"] not in ("", device["resident"])
        )
        alarms = steady_alarms(self.varde, device)
        self.addCleanup(alarms.stop)
        self.assertTrue(alarms.enough.wait(30), "20 acknowledged alarms")
        self.back_up()
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)

        data = os.path.join(self.scratch, "new")
        done = self.restore(data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Whole: ", done.stdout)

        before = operator.case(case["id"])
        with varde_process.varde_process(data=data) as restored:
            who = {"user": operator.user, "password": operator.password}
            stranger = api_client.person(restored, who)
            stranger.cookie, stranger.csrf = operator.cookie, operator.csrf
            self.assertEqual(stranger.get("/api/v1/me").status, 401, "sessions are not restored")
            again = api_client.person(restored, who).sign_in()
            after = again.case(case["id"])
            self.assertEqual(after["history"], before["history"][: len(after["history"])])
            self.assertIn("før kopien", [item.get("text") for item in after["history"]])
            self.assertEqual(after["alarms"], before["alarms"])

    def test_what_came_after_the_copy_comes_back_from_the_nodes_vault(self):
        with varde_process.varde_process() as varde:
            device = varde.device("native")
            who = varde.sign_in_of("operator", device["municipality"])
            done = varde_process.run_command(
                "backup", "--embedded", "--data", varde.data, "--to", self.file
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            number = scene.next_number()
            with native_client.native_client(varde, device) as client:
                self.assertEqual(client.signal(number).verdict, native_client.RECEIVED)
            operator = api_client.person(varde, who).sign_in()
            case = self.case_of(operator, f"{device['id']}/{number}")
            operator.must(operator.must(case, "claim"), "note", text="etter kopien")
            self.assertEqual(varde.stop(), 0)

            data = os.path.join(self.scratch, "new")
            self.assertEqual(self.restore(data).returncode, 0)
            # As docs/administrator.md says: the vault, and not what it took for safe.
            shutil.copytree(os.path.join(varde.data, "vault"), os.path.join(data, "vault"))
        done = varde_process.run_command("ledger", "verify", "--embedded", "--data", data)
        self.assertEqual(done.returncode, 1, "before the start the ledger lacks them")
        with varde_process.varde_process(data=data) as restored:
            again = api_client.person(restored, who).sign_in()
            case = self.case_of(again, f"{device['id']}/{number}")
            notes = [item.get("text") for item in again.case(case["id"])["history"]]
            self.assertIn("etter kopien", notes)
        done = varde_process.run_command("ledger", "verify", "--embedded", "--data", data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_server_in_use_is_not_restored_into(self):
        self.back_up()
        done = self.restore(self.varde.data)
        self.assertEqual(done.returncode, 2)
        self.assertIn("another varde is running", done.stderr)

    def test_data_that_are_there_are_not_restored_over(self):
        self.back_up()
        data = os.path.join(self.scratch, "twice")
        self.assertEqual(self.restore(data).returncode, 0)
        done = self.restore(data)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is in use", done.stderr)


if __name__ == "__main__":
    unittest.main()
