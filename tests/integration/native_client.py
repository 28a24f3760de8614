"""A native device that is not ours: proto/varde/device/v1/device.proto by hand, with varints and
field numbers only, over TLS 1.3. What a maker would write from docs/devices.md in an afternoon."""

import socket
import ssl
import struct
from typing import NamedTuple

# Field numbers of FromDevice and FromCentre.
HELLO, SIGNAL, HEARTBEAT = 1, 2, 3
WELCOME, ACKNOWLEDGE, HEARTBEAT_ANSWER, FAILURE = 1, 2, 3, 4
RECEIVED, BUSY, REFUSED = 1, 2, 3


class closed(Exception):
    """The centre closed the connection."""


class acknowledgement(NamedTuple):
    sequence: int
    verdict: int
    detail: str


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """One protobuf field: an int as a varint, bytes and str with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value) if value else b""
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def frame(number, body):
    """A FromDevice with that body, behind its length."""
    message = field(number, body)
    return varint(len(message)) + message


def fields(data):
    """Field number → list of values (int or bytes) of a serialized message."""
    found = {}
    at = 0

    def read_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = read_varint()
        kind = tag & 7
        if kind == 0:
            value = read_varint()
        elif kind == 2:
            length = read_varint()
            value = data[at : at + length]
            at += length
        else:
            size = {1: 8, 5: 4}[kind]
            value = struct.unpack("<q" if size == 8 else "<i", data[at : at + size])[0]
            at += size
        found.setdefault(tag >> 3, []).append(value)
    return found


class native_client:
    """One connection of one device; `device` is an element of demo.json's devices."""

    def __init__(self, varde, device, hello=True, timeout_s=20.0, tls_max=None):
        context = ssl.create_default_context(cafile=varde.demo["ca"])
        if tls_max:
            context.maximum_version = tls_max
        if device.get("certificate"):
            context.load_cert_chain(device["certificate"], device["key"])
        host, port = varde.address("native_tls")
        raw = socket.create_connection((host, port), timeout=timeout_s)
        self.socket = context.wrap_socket(raw, server_hostname=host)
        self.received = b""
        self.welcome = None
        if hello:
            secret = "" if device.get("certificate") else device.get("secret", "")
            proof = field(2, secret) if secret else b""
            self.send(HELLO, field(1, device["id"]) + proof + field(4, 1))
            self.welcome = fields(self.body(WELCOME))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, number, body):
        self.socket.sendall(frame(number, body))

    def message(self):
        """(field number, its bytes) of the next FromCentre."""
        while True:
            length, used = self._length()
            if used and len(self.received) >= used + length:
                data = self.received[used : used + length]
                self.received = self.received[used + length :]
                ((number, values),) = fields(data).items()
                return number, values[0]
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                raise
            except OSError:
                more = b""
            if not more:
                raise closed()
            self.received += more

    def _length(self):
        """(value, bytes used) of the varint at the front; 0 bytes while it is not there yet."""
        value = shift = 0
        for used, byte in enumerate(self.received, 1):
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, used
        return 0, 0

    def body(self, wanted):
        """The next message, which has to be of that kind."""
        number, data = self.message()
        if number != wanted:
            raise AssertionError(f"got message {number} {fields(data)}, not {wanted}")
        return data

    def send_signal(self, sequence, device_type=3, status=10, intent=1, text=""):
        """An alarm of a personal trigger, unless told otherwise; does not wait."""
        numbers = field(1, sequence) + field(2, intent) + field(3, device_type) + field(4, status)
        self.send(SIGNAL, numbers + (field(7, text) if text else b""))

    def acknowledgement(self):
        """The next acknowledgement."""
        found = fields(self.body(ACKNOWLEDGE))
        detail = found.get(4, [b""])[0].decode()
        return acknowledgement(found[1][0], found.get(2, [0])[0], detail)

    def signal(self, sequence, **what):
        """send_signal(), and its acknowledgement."""
        self.send_signal(sequence, **what)
        return self.acknowledgement()

    def heartbeat(self, sequence):
        """A heartbeat; the sequence that was answered."""
        self.send(HEARTBEAT, field(1, sequence))
        return fields(self.body(HEARTBEAT_ANSWER))[1][0]

    def close(self):
        self.socket.close()
