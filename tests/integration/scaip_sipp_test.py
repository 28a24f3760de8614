"""The five SCAIP dialects as SIPp plays them against the running demo, over UDP, TCP and TLS, with
digest where the municipality asks for it, and with retransmissions. What the device was told and
what the operator sees must agree."""

import unittest

import scene
import sipp_device

# As five families of devices send them (docs/devices.md); the first two are heartbeats.
DIALECTS = {
    "heartbeat_with_short_codes": "<mrq><ref>{ref}</ref><cha>0</cha><mty>PI</mty><cid>{cid}</cid>"
    "<dty>02</dty><did>00</did><crd>no-voice:</crd><stc>102</stc></mrq>",
    "heartbeat_type_first": "<mrq><mty>PI</mty><ref>{ref}</ref><cid>{cid}</cid><dty>2</dty></mrq>",
    "alarm_without_type": "<mrq><ref>{ref}</ref><cid>{cid}</cid><dty>3</dty><stc>10</stc>"
    "<crd>gsm:</crd></mrq>",
    "alarm_with_full_codes": "<mrq><ref>{ref}</ref><cid>{cid}</cid><dty>0004</dty><mty>ME</mty>"
    "<stc>0010</stc><lco>002</lco><crd>gsm:</crd><cha>0</cha></mrq>",
    "alarm_with_a_space": "<mrq><ref>{ref}</ref><mty>ME</mty><cid> {cid}</cid><dty>0004</dty>"
    "<stc>0010</stc><crd>gsm:+</crd></mrq>",
}


class scaip_by_sipp(scene.demo_test):
    def setUp(self):
        front = sipp_device.tls_front(self.varde.address("scaip_tls"), self.varde.demo["ca"])
        self.addCleanup(front.close)
        self.addresses = {
            "udp": self.varde.address("scaip_udp"),
            "tcp": self.varde.address("scaip_tcp"),
            "tls": front.address,
        }

    def device_that(self, uses_digest):
        """A resident's SCAIP device of a municipality that asks for digest, or of another."""
        for device in self.varde.demo["devices"]:
            if device["protocol"] == "scaip" and device["resident"]:
                if bool(device.get("digest_password")) == uses_digest:
                    return device
        self.skipTest("the demo has no such device")
        return None

    def send(self, device, transport, dialect="alarm_without_type", password=None, **more):
        """Plays one request; the run and its signal id."""
        ref = f"{scene.next_number():x}"
        played = sipp_device.run(
            more.pop("scenario", "request"),
            transport,
            self.addresses[transport],
            DIALECTS[dialect].format(ref=ref, cid=device["id"]),
            device["id"],
            (device.get("digest_user") or "", password or device.get("digest_password") or ""),
            **more,
        )
        return played, f"{device['id']}/{ref}"

    def check_dialects(self, transport):
        device = self.device_that(uses_digest=False)
        operator = self.person("operator", device["municipality"])
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect, transport=transport):
                played, signal_id = self.send(device, transport, dialect)
                self.assertTrue(played.succeeded, played.output)
                ref = signal_id.rpartition("/")[2]
                (answer,) = played.answers()
                self.assertIn(f"<ref>{ref}</ref><snu>0</snu>", answer)
                if dialect.startswith("heartbeat"):
                    self.assertIn("<mre>0</mre>", answer)
                    self.assertFalse([c for c in operator.cases() if scene.shows(c, signal_id)])
                    continue
                self.assertRegex(answer, "<mre>1</mre><cre>62</cre><tnu>.+</tnu>")
                case = self.case_of(operator, signal_id)
                self.assertEqual(case["municipality"], device["municipality"])
                self.assertEqual(case["lane"], "life")
                self.close_all(operator)

    def test_the_dialects_over_udp(self):
        self.check_dialects("udp")

    def test_the_dialects_over_tcp(self):
        self.check_dialects("tcp")

    def test_the_dialects_over_tls(self):
        self.check_dialects("tls")

    def test_a_device_proves_itself_by_digest(self):
        device = self.device_that(uses_digest=True)
        operator = self.person("operator", device["municipality"])
        for transport in self.addresses:
            with self.subTest(transport=transport):
                played, signal_id = self.send(device, transport)
                self.assertTrue(played.succeeded, played.output)
                self.assertEqual(played.statuses(), [401, 200])
                self.assertIn("<snu>0</snu>", played.answers()[0])
                self.case_of(operator, signal_id)
                self.close_all(operator)

    def test_a_device_with_the_wrong_password_is_told_401_and_raises_nothing(self):
        device = self.device_that(uses_digest=True)
        operator = self.person("operator", device["municipality"])
        played, signal_id = self.send(device, "udp", password="wrong")
        self.assertFalse(played.succeeded)
        self.assertEqual(played.statuses()[:2], [401, 401])
        self.assertEqual(played.answers(), [])
        self.assertFalse([c for c in operator.cases() if scene.shows(c, signal_id)])

    def test_a_request_that_arrives_three_times_is_answered_alike_and_raises_one_alarm(self):
        device = self.device_that(uses_digest=False)
        operator = self.person("operator", device["municipality"])
        played, signal_id = self.send(device, "udp", scenario="retransmitted", options=["-nr"])
        self.assertTrue(played.succeeded, played.output)
        responses = [m.strip() for m in played.received if m.startswith("SIP/2.0 200 ")]
        self.assertEqual(len(responses), 3)
        self.assertEqual(len(set(responses)), 1)
        self.assertEqual(len(played.answers()), 1)
        case = self.case_of(operator, signal_id)
        self.assertEqual([alarm["count"] for alarm in case["alarms"]], [1])
        self.close_all(operator)

    def test_a_new_request_with_the_same_ref_is_acknowledged_again_and_adds_nothing(self):
        device = self.device_that(uses_digest=False)
        operator = self.person("operator", device["municipality"])
        ref = f"{scene.next_number():x}"
        mrq = DIALECTS["alarm_without_type"].format(ref=ref, cid=device["id"])
        for _ in range(2):
            played = sipp_device.run("request", "udp", self.addresses["udp"], mrq, device["id"])
            self.assertTrue(played.succeeded, played.output)
            self.assertIn("<snu>0</snu>", played.answers()[0])
        case = self.case_of(operator, f"{device['id']}/{ref}")
        self.assertEqual([alarm["count"] for alarm in case["alarms"]], [1])
        self.close_all(operator)


if __name__ == "__main__":
    unittest.main()
