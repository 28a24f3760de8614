"""The promise under restarts: a signal that was acknowledged is in exactly one case afterwards, and
a case goes on where it was, whether the server was asked to stop or was killed."""

import glob
import os
import signal
import threading
import unittest

import api_client
import native_client
import scene
import varde_process


class stream:
    """A device that sends signal after signal and remembers which were acknowledged, until the
    connection breaks."""

    def __init__(self, varde, device):
        self.device = device
        self.acknowledged = []
        self.enough = threading.Event()
        self.client = native_client.native_client(varde, device)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while True:
                number = scene.next_number()
                if self.client.signal(number).verdict == native_client.RECEIVED:
                    self.acknowledged.append(number)
                if len(self.acknowledged) >= 50:
                    self.enough.set()
        except (native_client.closed, OSError, AssertionError):
            pass  # the server went away, as the test wants
        finally:
            self.client.close()


class restarts(scene.demo_test):
    def setUp(self):
        self.operator = self.person("operator")

    def again(self):
        """Starts the server on the same data; the operator signs in anew."""
        self.varde.start()
        self.operator = api_client.person(
            self.varde, {"user": self.operator.user, "password": self.operator.password}
        ).sign_in()

    def open_claimed_case(self):
        municipality = self.operator.me["municipalities"][0]["id"]
        device = self.device("native", municipality=municipality)
        signal_id = self.raise_alarm(device)
        case = self.case_of(self.operator, signal_id)
        if not case["owner"]:
            case = self.operator.must(case, "claim")
        return self.operator.must(case, "note", text="før omstart")

    def go_on_with(self, before):
        """The case is as it was, and can be closed."""
        after = self.operator.case(before["id"])
        self.assertEqual(after["alarms"], before["alarms"])
        self.assertEqual(after["steps"], before["steps"])
        self.assertGreaterEqual(after["version"], before["version"])
        notes = [item["text"] for item in after["history"] if item["type"] == "note_added"]
        self.assertEqual(notes[-1], "før omstart")
        if not after["owner"]:
            after = self.operator.must(after, "claim")
        self.operator.must(after, "close", outcome=scene.OUTCOME)

    def test_a_case_goes_on_after_an_orderly_stop(self):
        case = self.open_claimed_case()
        self.assertEqual(self.varde.stop(), 0)
        self.again()
        self.go_on_with(case)

    def test_a_case_goes_on_after_a_kill_that_leaves_redis_behind(self):
        case = self.open_claimed_case()
        self.assertEqual(self.varde.kill(), -signal.SIGKILL)
        self.again()
        self.go_on_with(case)

    def test_what_was_acknowledged_before_a_kill_is_in_exactly_one_case(self):
        self.hold_promise(self.varde.kill)

    def test_what_was_acknowledged_before_a_stop_is_in_exactly_one_case(self):
        self.hold_promise(self.varde.stop)

    def hold_promise(self, end):
        devices = {}
        for device in self.varde.demo["devices"]:
            if device["protocol"] == "native" and device["resident"]:
                devices.setdefault(device["resident"], device)
        streams = [stream(self.varde, device) for device in list(devices.values())[:4]]
        self.assertTrue(streams)
        for one in streams:
            self.assertTrue(one.enough.wait(30), "50 acknowledged signals of each device")
        end()
        for one in streams:
            one.thread.join(10)
        self.again()
        operators = [
            api_client.person(self.varde, who).sign_in()
            for who in self.varde.demo["sign_ins"]
            if who["role"] == "operator"
        ]
        cases = {}
        for operator in operators:
            cases.update({c["id"]: operator.case(c["id"]) for c in operator.cases()})
        seen = {}
        for case in cases.values():
            for item in case["history"]:
                if item["type"] in ("case_opened", "alarm_joined"):
                    seen.setdefault(item["signal"]["signal_id"], []).append(case["id"])
        for one in streams:
            for number in one.acknowledged:
                name = f"{one.device['id']}/{number}"
                self.assertEqual(len(seen.get(name, [])), 1, f"{name} is in {seen.get(name)}")

    def test_a_repetition_after_a_kill_is_acknowledged_and_counted_once(self):
        device = self.device("native")
        number = scene.next_number()
        with native_client.native_client(self.varde, device) as client:
            self.assertEqual(client.signal(number).verdict, native_client.RECEIVED)
        self.varde.kill()
        self.again()
        with native_client.native_client(self.varde, device) as client:
            self.assertEqual(client.signal(number).verdict, native_client.RECEIVED)
        operator = self.person("operator", device["municipality"])
        counted = [
            item
            for case in operator.cases()
            for item in operator.case(case["id"])["history"]
            if item.get("signal", {}).get("signal_id") == f"{device['id']}/{number}"
        ]
        self.assertEqual(len(counted), 1)


class an_orderly_stop(unittest.TestCase):
    def test_exits_0_with_devices_and_consoles_connected_and_leaves_no_redis(self):
        with varde_process.varde_process() as varde:
            operator = api_client.person(varde, varde.sign_in_of("operator")).sign_in()
            live = operator.live()
            live.message()
            device = varde.device("native")
            client = native_client.native_client(varde, device)
            client.signal(scene.next_number())
            pids = [
                int(open(path, encoding="utf-8").read())
                for path in glob.glob(os.path.join(varde.data, "**", "*.pid"), recursive=True)
            ]
            self.assertEqual(varde.stop(), 0)
            for pid in pids:
                self.assertFalse(os.path.exists(f"/proc/{pid}"), "redis-server still runs")
            live.close()
            client.close()

    def test_tells_the_consoles_before_it_goes(self):
        with varde_process.varde_process() as varde:
            operator = api_client.person(varde, varde.sign_in_of("operator")).sign_in()
            live = operator.live()
            live.message()
            varde.process.terminate()
            messages, _, _ = live.until_closed()
            self.assertIn({"type": "bye", "reason": "draining"}, messages)
            self.assertEqual(varde.wait(), 0)


if __name__ == "__main__":
    unittest.main()
