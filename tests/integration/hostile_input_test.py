"""Broken and hostile peers on every port, while a neighbour's alarm has to go through as if nothing
were; and what the log and an idle server then show."""

import os
import random
import re
import socket
import unittest

import scaip_client
import scene

# A made-up birth number that nobody has: it must not be found in any log.
CANARY = "31129956715"
SEED = 20260115
RANDOM_ROUNDS = 20


class hostile_input(scene.demo_test):
    def setUp(self):
        self.random = random.Random(SEED)

    def garbage(self):
        """Byte strings that no protocol here means."""
        yield b""
        yield b"\0" * 5000
        yield b"\xff" * 5000
        yield b"A" * 200_000
        yield b"\r\n" * 5000
        yield b"GET / HTTP/1.1\r\n\r\n"
        yield b"MESSAGE sip:x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n"
        yield b"MESSAGE sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\nxx"
        yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # the start of a TLS hello
        for _ in range(RANDOM_ROUNDS):
            yield self.random.randbytes(self.random.randrange(1, 3000))

    def neighbour_is_heard(self):
        """A real alarm over each protocol is acknowledged, while the others stay connected."""
        self.raise_alarm(self.device("scaip"))
        self.raise_alarm(self.device("native"))

    def memory_kb(self):
        with open(f"/proc/{self.varde.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def throw(self, name, data):
        """Sends bytes to a TCP listener and leaves the connection open for the test's time."""
        connection = socket.create_connection(self.varde.address(name), timeout=10)
        self.addCleanup(connection.close)
        try:
            connection.sendall(data)
        except OSError:
            pass  # it hung up before it had all
        return connection

    def test_garbage_on_every_port_hurts_nobody(self):
        self.neighbour_is_heard()
        before = self.memory_kb()
        for name in ("https", "scaip_tcp", "scaip_tls", "native_tls", "metrics"):
            for data in self.garbage():
                self.throw(name, data)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(udp.close)
        for data in self.garbage():
            udp.sendto(data[:60_000], self.varde.address("scaip_udp"))
        self.neighbour_is_heard()
        self.assertLess(self.memory_kb() - before, 64 * 1024, "memory stays bounded")
        self.assertIsNone(self.varde.process.poll())

    def test_wrong_scaip_is_answered_in_its_own_words(self):
        device = self.device("scaip")
        client = self.scaip(device)
        for body, what in (
            ("<mrq><ref>1</ref>", "cut off"),
            ("not xml", "no XML"),
            ("<mrq><cid>" + device["id"] + "</cid></mrq>", "without ref"),
            ('<!DOCTYPE a [<!ENTITY b "cc">]><mrq><ref>&b;</ref></mrq>', "with an entity"),
            ("<mrq>" + "<a>" * 3000 + "</mrq>", "nested deep"),
        ):
            with self.subTest(what):
                text = client.request(body)
                client.send(text)
                self.assertIsNotNone(scaip_client.status_of(client.response_to(text)))
        self.neighbour_is_heard()

    def test_a_wrong_digest_password_is_refused_and_opens_no_case(self):
        devices = self.varde.demo["devices"]
        device = next(d for d in devices if d["protocol"] == "scaip" and d["digest_user"])
        client = self.scaip(device)
        ref = f"{scene.next_number():x}"
        text = client.request(scaip_client.mrq(device["id"], ref))
        client.send(text)
        got = client.response_to(text)
        self.assertEqual(scaip_client.status_of(got), 401)
        proof = scaip_client.digest(
            "MESSAGE", text.split()[1], device["digest_user"], "feil",
            scaip_client.header(got, "WWW-Authenticate"),
        )
        text = client.request(scaip_client.mrq(device["id"], ref), proof)
        client.send(text)
        self.assertIn(scaip_client.status_of(client.response_to(text)), (401, 403))
        operator = self.person("operator", device["municipality"])
        self.assertFalse([c for c in operator.cases() if scene.shows(c, f"{device['id']}/{ref}")])

    def test_no_name_number_or_control_character_reaches_the_log(self):
        device = self.device("scaip")
        operator = self.person("operator", device["municipality"])
        self.close_all(operator)
        ref = f"{scene.next_number():x}"
        self.scaip(device).alarm(ref, lte=CANARY, ite=f"fnr {CANARY}", stt=CANARY)
        case = self.case_of(operator, f"{device['id']}/{ref}")
        if not case["owner"]:
            case = operator.must(case, "claim")
        operator.must(case, "note", text=f"{CANARY}\r\nforged=line \x1b[31mred")
        hostile = f"kari\r\nINFO forged {CANARY}\x1b[2J"
        body = {"user": hostile, "password": CANARY}
        operator.request("POST", "/api/v1/session", body)
        operator.get(f"/api/v1/residents/{CANARY}?municipality={device['municipality']}")
        client = self.scaip(device)
        client.send(client.request(scaip_client.mrq(f"{CANARY}&#10;x", "1")))
        self.neighbour_is_heard()
        name = operator.case(case["id"])["resident"]["name"]
        self.assertEqual(self.varde.stop(), 0)  # the log's queue is written out
        log = self.varde.log()
        self.varde.start()
        self.assertTrue(log)
        self.assertNotIn(CANARY, log)
        self.assertNotIn(name, log)
        self.assertNotIn("\x1b", log)
        self.assertFalse(re.search(r"^(INFO )?forged", log, re.MULTILINE))

    def test_an_idle_server_uses_no_processor(self):
        live = self.person("operator").live()
        self.addCleanup(live.close)
        is_beat = lambda message: message["type"] == "beat"
        live.until(is_beat)
        before = self.varde.cpu_s()
        live.until(is_beat)  # 5 s later
        self.assertLess(self.varde.cpu_s() - before, 0.25, "seconds of processor in 5 s")

    def test_descriptors_are_given_back(self):
        count = lambda: len(os.listdir(f"/proc/{self.varde.process.pid}/fd"))
        self.neighbour_is_heard()
        before = count()
        for name in ("https", "scaip_tcp", "scaip_tls", "native_tls"):
            for _ in range(50):
                with socket.create_connection(self.varde.address(name), timeout=10) as connection:
                    connection.sendall(b"\xff" * 100)
        scene.varde_process.wait_until(
            lambda: count() <= before + 10, "descriptors of closed connections", deadline_s=30
        )


if __name__ == "__main__":
    unittest.main()
