"""A SCAIP device played by SIPp (Debian's sip-tester), an independent SIP client: one request a
run, its messages kept for the test to read. This SIPp has no TLS, so for TLS socat stands before
it."""

import os
import re
import subprocess
import tempfile

SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sipp")
RUN_S_MAX = 20
MODES = {"udp": "u1", "tcp": "t1", "tls": "t1"}
LISTENING = re.compile(r"listening on .*:(\d+)\s*$", re.MULTILINE)
# Between two messages of SIPp's trace stand a line of dashes with the time, and one that says
# which way.
MESSAGE = re.compile(r"^-{20,}.*\n\w+ message (sent|received) .*:\n\n", re.MULTILINE)


class tls_front:
    """A TCP port on loopback that goes on to a TLS one, whose certificate must be localhost's and
    signed by `ca`."""

    def __init__(self, address, ca):
        host, port = address
        self.process = subprocess.Popen(
            ["socat", "-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork"]
            + [f"OPENSSL:{host}:{port},verify=1,cafile={ca},commonname=localhost"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stderr:
            found = LISTENING.search(line)
            if found:
                self.address = ("127.0.0.1", int(found.group(1)))
                return
        raise AssertionError(f"socat ended with {self.process.wait()} before it listened")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()


class run:
    """What one run of a scenario gave.

    succeeded  SIPp's own verdict: every expected message came, the <mrs> among them
    sent, received   the messages as text, in order
    """

    def __init__(self, scenario, transport, address, mrq, cid, credentials=("", ""), options=()):
        host, port = address
        with tempfile.TemporaryDirectory(prefix="varde-sipp-") as directory:
            trace = os.path.join(directory, "messages")
            command = ["sipp", f"{host}:{port}", "-i", "127.0.0.1", "-t", MODES[transport]]
            command += ["-sf", os.path.join(SCENARIOS, scenario + ".xml")]
            command += ["-oocsf", os.path.join(SCENARIOS, "out_of_call.xml")]
            command += ["-key", "mrq", mrq, "-key", "cid", cid, "-m", "1", "-nostdin", "-trace_msg"]
            command += ["-message_file", trace, "-timeout", f"{RUN_S_MAX}s", "-timeout_error"]
            if credentials[0]:
                command += ["-au", credentials[0], "-ap", credentials[1]]
            done = subprocess.run(
                [*command, *options],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=2 * RUN_S_MAX,
                check=False,
            )
            self.succeeded = done.returncode == 0
            self.output = done.stdout[-2000:] + done.stderr[-2000:]
            text = ""
            if os.path.exists(trace):
                with open(trace, encoding="utf-8", errors="replace") as file:
                    text = file.read()
        parts = MESSAGE.split(text)[1:]
        messages = list(zip(parts[::2], parts[1::2]))
        self.sent = [message for way, message in messages if way == "sent"]
        self.received = [message for way, message in messages if way == "received"]

    def statuses(self):
        """The status codes received, in order."""
        return [int(m.split()[1]) for m in self.received if m.startswith("SIP/2.0 ")]

    def answers(self):
        """The <mrs> documents received, in order, wherever they stood."""
        return [mrs for m in self.received for mrs in re.findall(r"<mrs>.*</mrs>", m)]

    def acknowledged(self):
        """How many of the centre's own requests were answered with 200."""
        return sum(message.startswith("SIP/2.0 200 ") for message in self.sent)
