"""A SCAIP device that is not ours, over UDP: SIP MESSAGE with <mrq>, digest where it is asked for,
and the centre's <mrs> taken and answered. Enough to send it wrong on purpose; SIPp plays the
real dialects."""

import hashlib
import re
import socket
import time
import uuid

REALM = re.compile(r'(\w+)="?([^",]+)"?')


def mrq(device, ref, **tags):
    """An <mrq> of a device's cid; tags add to or replace a personal trigger's alarm."""
    values = {"ref": ref, "cid": device, "dty": "0003", "mty": "ME", "stc": "0010", **tags}
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in values.items() if value is not None)
    return f"<mrq>{inner}</mrq>"


def status_of(text):
    """The status of a SIP response, or None of a request."""
    return int(text.split()[1]) if text.startswith("SIP/2.0 ") else None


def header(text, name):
    found = re.search(rf"^{name}:\s*(.*?)\s*$", text, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else ""


def digest(method, uri, user, password, challenge):
    """The Authorization value for a WWW-Authenticate value (RFC 2617, MD5, with or without qop)."""
    asked = dict(REALM.findall(challenge))
    md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
    ha1 = md5(f"{user}:{asked['realm']}:{password}")
    ha2 = md5(f"{method}:{uri}")
    value = f'Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}"'
    value += f', uri="{uri}"'
    if "qop" in asked:
        response = md5(f"{ha1}:{asked['nonce']}:00000001:0a4f113b:auth:{ha2}")
        value += ', qop=auth, nc=00000001, cnonce="0a4f113b"'
    else:
        response = md5(f"{ha1}:{asked['nonce']}:{ha2}")
    if "opaque" in asked:
        value += f', opaque="{asked["opaque"]}"'
    return value + f', response="{response}", algorithm=MD5'


class scaip_client:
    """One UDP socket of one device; `device` is an element of demo.json's devices."""

    def __init__(self, varde, device):
        self.device = device
        self.peer = varde.address("scaip_udp")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.sequence = 0
        self.waiting = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def request(self, body, authorization=None, method="MESSAGE"):
        """The text of a new request; send() it as often as you like."""
        self.sequence += 1
        uri = f"sip:{self.peer[0]}:{self.peer[1]}"
        me = f"sip:{self.device['id']}@127.0.0.1:{self.port}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{uuid.uuid4().hex};rport",
            "Max-Forwards: 70",
            f"From: <{me}>;tag={uuid.uuid4().hex[:8]}",
            f"To: <{uri}>",
            f"Call-ID: {uuid.uuid4().hex}@127.0.0.1",
            f"CSeq: {self.sequence} {method}",
            f"Contact: <{me}>",
        ]
        if authorization:
            lines.append(f"Authorization: {authorization}")
        if body:
            lines.append("Content-Type: application/scaip+xml")
        lines.append(f"Content-Length: {len(body.encode())}")
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def send(self, text):
        self.socket.sendto(text if isinstance(text, bytes) else text.encode(), self.peer)

    def receive(self, deadline_s=10.0):
        """The next datagram as text."""
        self.socket.settimeout(deadline_s)
        return self.socket.recvfrom(65536)[0].decode(errors="replace")

    def response_to(self, text, deadline_s=10.0):
        """The final response to a request that was sent; what the centre asks is kept for mrs()."""
        end = time.monotonic() + deadline_s
        call = header(text, "Call-ID")
        while True:
            got = self.receive(max(0.01, end - time.monotonic()))
            status = status_of(got)
            if status and status >= 200 and header(got, "Call-ID") == call:
                return got
            if status is None:
                self.waiting.append(got)

    def mrs(self, deadline_s=10.0):
        """The centre's next <mrs>, after answering its MESSAGE with 200."""
        text = self.waiting.pop(0) if self.waiting else self.receive(deadline_s)
        while status_of(text) is not None:
            text = self.receive(deadline_s)
        copied = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):.*$", text, re.M | re.I)
        head = "\r\n".join(line.rstrip("\r") for line in copied)
        self.send(f"SIP/2.0 200 OK\r\n{head}\r\nContent-Length: 0\r\n\r\n")
        return text.partition("\r\n\r\n")[2]

    def alarm(self, ref, deadline_s=10.0, **tags):
        """A whole alarm: MESSAGE, digest if it is asked for, 200, <mrs>. Gives the <mrs>."""
        body = mrq(self.device["id"], ref, **tags)
        text = self.request(body)
        self.send(text)
        got = self.response_to(text, deadline_s)
        if status_of(got) == 401:
            uri = text.split()[1]
            user, password = self.device["digest_user"], self.device["digest_password"]
            proof = digest("MESSAGE", uri, user, password, header(got, "WWW-Authenticate"))
            text = self.request(body, proof)
            self.send(text)
            got = self.response_to(text, deadline_s)
        if status_of(got) != 200:
            raise AssertionError(f"the centre answered {got}")
        inline = got.partition("\r\n\r\n")[2]
        return inline if "<mrs>" in inline else self.mrs(deadline_s)

    def close(self):
        self.socket.close()
