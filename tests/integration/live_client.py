"""A WebSocket client (RFC 6455) of one page: opens, reads JSON messages, answers pings, sends text.
Small enough to send what a browser never would."""

import base64
import json
import os
import socket
import struct
import time

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
# Longest wait for a connection, in seconds.
TIMEOUT_S = 20.0


class refused(Exception):
    """The upgrade was answered with something other than 101; args[0] is the status."""


class closed(Exception):
    """The server closed; args are the code (1006: without a close frame) and the reason."""


def tls_socket(varde, name="https"):
    """A TLS connection to a listener of the demo, verified."""
    import api_client  # here, since the two modules know each other

    host, port = varde.address(name)
    raw = socket.create_connection((host, port), timeout=TIMEOUT_S)
    return api_client.tls_context(varde).wrap_socket(raw, server_hostname=host)


class live_client:
    """One WebSocket connection. Times out with TimeoutError."""

    def __init__(self, varde, path, headers):
        self.socket = tls_socket(varde)
        self.received = b""
        host, port = varde.address("https")
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            while b"\r\n\r\n" not in self.received:
                self._more()
        except closed:
            self.socket.close()
            raise refused(0) from None
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        if status != 101:
            self.socket.close()
            raise refused(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            data = b""
        if not data:
            raise closed(1006, "")
        self.received += data

    def _take(self, count):
        while len(self.received) < count:
            self._more()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def _frame(self):
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._take(8))
        return bool(first & 0x80), first & 0x0F, self._take(length)

    def send_frame(self, opcode, payload, masked=True):
        """One final frame, as a client must mask it, or not."""
        head = bytes([0x80 | opcode])
        bit = 0x80 if masked else 0
        if len(payload) < 126:
            head += bytes([bit | len(payload)])
        elif len(payload) < 65536:
            head += bytes([bit | 126]) + struct.pack(">H", len(payload))
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
        if masked:
            mask = os.urandom(4)
            payload = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
            head += mask
        self.socket.sendall(head + payload)

    def send(self, message):
        self.send_frame(TEXT, json.dumps(message).encode())

    def message(self, deadline_s=15.0):
        """The next JSON message."""
        end = time.monotonic() + deadline_s
        text = b""
        while True:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            final, opcode, payload = self._frame()
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise closed(code, payload[2:].decode())
            elif opcode != PONG:
                text += payload
                if final:
                    return json.loads(text)

    def until(self, wanted, deadline_s=15.0):
        """Reads messages until wanted(message) is true; that message."""
        end = time.monotonic() + deadline_s
        while True:
            message = self.message(max(0.01, end - time.monotonic()))
            if wanted(message):
                return message

    def until_case(self, wanted, deadline_s=15.0):
        """Reads until a message shows a case for which wanted(case) is true; that case."""
        found = []

        def look(message):
            shown = message.get("cases", []) + [c["case"] for c in message.get("changes", [])]
            found.extend(case for case in shown if wanted(case))
            return bool(found)

        self.until(look, deadline_s)
        return found[0]

    def until_closed(self, deadline_s=15.0):
        """Reads on until the server closes; (messages before it, code, reason)."""
        messages = []
        end = time.monotonic() + deadline_s
        while True:
            try:
                messages.append(self.message(max(0.01, end - time.monotonic())))
            except closed as how:
                return messages, *how.args

    def close(self):
        """Hangs up without a word, as a laptop lid does."""
        self.socket.close()
