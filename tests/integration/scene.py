"""What most tests begin with: the demo on free ports, people signed in, and an alarm from one of
its devices. One server serves all tests of a class, so each test uses devices of its own or
closes what it opened."""

import itertools
import time
import unittest

import api_client
import native_client
import scaip_client
import varde_process

# Signal numbers must rise for ever, also over restarts of the tests on the same data.
_numbers = itertools.count(int(time.time() * 1000))


def next_number():
    """A number that no signal of this run had before."""
    return next(_numbers)


class demo_test(unittest.TestCase):
    """Starts `varde demo` for the class; `arguments` are added to its command. Whatever the class's
    tests did, the ledger must be whole when they have ended."""

    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.varde = varde_process.varde_process(*cls.arguments).start()
        cls.addClassCleanup(cls.varde.close)
        cls.addClassCleanup(cls.verify_ledger)

    @classmethod
    def verify_ledger(cls):
        done = varde_process.run_command("ledger", "verify", "--embedded", "--data", cls.varde.data)
        if done.returncode != 0:
            raise AssertionError(f"the tests left a ledger with flaws:\n{done.stdout}{done.stderr}")

    def person(self, role, municipality=None, team=None, nth=0):
        """A signed-in person of the demo."""
        who = self.varde.sign_in_of(role, municipality, team, nth)
        return api_client.person(self.varde, who).sign_in()

    def device(self, protocol, owned=True, **wanted):
        """A device that belongs to a resident (or, with owned=False, any)."""
        for device in self.varde.demo["devices"]:
            if device["protocol"] == protocol and (device["resident"] or not owned):
                if all(device.get(name) == value for name, value in wanted.items()):
                    return device
        self.skipTest(f"the demo has no such device: {protocol} {wanted}")
        return None

    def scaip(self, device):
        client = scaip_client.scaip_client(self.varde, device)
        self.addCleanup(client.close)
        return client

    def native(self, device):
        client = native_client.native_client(self.varde, device)
        self.addCleanup(client.close)
        return client

    def raise_alarm(self, device):
        """An acknowledged alarm of a personal trigger; its signal id."""
        number = next_number()
        if device["protocol"] == "scaip":
            ref = f"{number:x}"
            answer = self.scaip(device).alarm(ref)
            self.assertIn("<snu>0</snu>", answer)
            return f"{device['id']}/{ref}"
        verdict = self.native(device).signal(number).verdict
        self.assertEqual(verdict, native_client.RECEIVED)
        return f"{device['id']}/{number}"

    def case_of(self, person, signal_id):
        """The open case that shows this signal, waited for."""
        return varde_process.wait_until(
            lambda: next((c for c in person.cases() if shows(c, signal_id)), None),
            f"a case with signal {signal_id}",
        )

    def close_all(self, person):
        """Takes and closes whatever is open for an operator."""
        for case in person.cases():
            if not case["owner"]:
                case = person.must(case, "claim")
            elif case["owner"]["user"] != person.user:
                case = person.must(case, "takeover")
            for visit in case["visits"]:
                if visit["state"] not in ("done", "declined", "timed_out", "recalled"):
                    case = person.must(case, "recall", visit=visit["id"], reason="test")
            person.must(case, "close", outcome=OUTCOME)


OUTCOME = {"kind": "test", "cause": "test", "action": "none", "note": "closed by a test"}


def shows(case, signal_id):
    """True if one of the case's alarms began with this signal."""
    return any(alarm["signal_id"] == signal_id for alarm in case["alarms"])
