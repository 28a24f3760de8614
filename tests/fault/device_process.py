"""The devices, in a process of their own: native ones over TLS, SCAIP ones over UDP and TCP. Each
makes signals, keeps every one until it is acknowledged, sends again what is not, and goes to
another node when its own is gone or silent. Started with a file that says who they are; reads words
on standard input: "go", "pause", "drain", "stop"."""

import asyncio
import contextlib
import json
import random
import re
import ssl
import sys
import time
import uuid

import processes  # noqa: F401  makes tests/integration importable
import native_client as native
import records
import scaip_client as scaip

# A signal without an answer for so long: the connection is taken for dead.
SILENCE_S = 2.0
CONNECT_S = 3.0
RETRY_S = 0.1


class fleet:
    """All devices of a scenario and what they share."""

    def __init__(self, plan):
        self.plan = plan
        self.record = records.writer(plan["record"])
        self.tls = ssl.create_default_context(cafile=plan["ca"])
        self.making = False
        self.stopped = False
        self.devices = [
            (native_device if d["protocol"] == "native" else scaip_device)(self, d, i)
            for i, d in enumerate(plan["devices"])
        ]

    async def run(self):
        tasks = [asyncio.ensure_future(t) for d in self.devices for t in (d.make(), d.live())]
        await self.obey()
        self.stopped = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def obey(self):
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while word := (await reader.readline()).decode().strip():
            if word == "stop":
                return
            if word == "go":
                self.making = True
            if word == "pause":
                self.making = False
            if word == "drain":
                self.making = False
                while any(d.pending for d in self.devices):
                    await asyncio.sleep(0.05)
                self.record.add("drained")


class device:
    """What both kinds do: make signals, and remember those without an answer."""

    def __init__(self, owner, about, place):
        self.fleet = owner
        self.about = about
        self.nodes = owner.plan["nodes"]
        self.at = place % len(self.nodes) if owner.plan["spread"] else 0
        self.pending = {}  # name on the wire → when it was last sent
        self.number = 0
        self.random = random.Random(f"{owner.plan['seed']}/{about['id']}")
        self.more = asyncio.Event()

    def node(self):
        return self.nodes[self.at]

    def elsewhere(self):
        self.at = (self.at + 1) % len(self.nodes)

    def note(self, event, name, **what):
        signal = f"{self.about['id']}/{name}"
        self.fleet.record.add(event, s=signal, n=self.node()["name"], **what)

    async def make(self):
        pause_s = self.fleet.plan["pause_s"]
        await asyncio.sleep(self.random.uniform(0, pause_s))
        while True:
            if self.fleet.making and len(self.pending) < self.fleet.plan["pending_max"]:
                self.number += 1
                name = self.name_of(self.number)
                self.note("made", name, life=self.about["life"])
                self.pending[name] = 0.0
                self.more.set()
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * pause_s)

    def acknowledged(self, name):
        if name in self.pending:
            del self.pending[name]
            self.note("acked", name)

    def silent(self):
        """True if a signal was sent long ago and has no answer."""
        now = time.monotonic()
        return any(sent and now - sent > SILENCE_S for sent in self.pending.values())

    async def live(self):
        while True:
            try:
                await self.converse()
            except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, native.closed):
                pass
            self.note("lost_node", "-")
            for name in self.pending:
                self.pending[name] = 0.0
            self.elsewhere()
            await asyncio.sleep(RETRY_S * self.random.random())


class native_device(device):
    def name_of(self, number):
        return str(number)

    async def converse(self):
        port = self.node()["native"]
        opening = asyncio.open_connection("127.0.0.1", port, ssl=self.fleet.tls)
        reader, writer = await asyncio.wait_for(opening, CONNECT_S)
        try:
            hello = native.field(1, self.about["id"]) + native.field(2, self.about["secret"])
            writer.write(native.frame(native.HELLO, hello + native.field(4, 1)))
            number, _ = await asyncio.wait_for(self.message(reader), CONNECT_S)
            if number != native.WELCOME:
                raise native.closed()
            self.note("at_node", "-")
            hearing = asyncio.ensure_future(self.hear(reader))
            try:
                await self.talk(writer, hearing)
            finally:
                hearing.cancel()
                with contextlib.suppress(Exception, asyncio.CancelledError):
                    await hearing
        finally:
            writer.transport.abort()

    async def talk(self, writer, hearing):
        while not hearing.done():
            now = time.monotonic()
            for name, sent in list(self.pending.items()):
                if not sent:
                    self.pending[name] = now
                    writer.write(native.frame(native.SIGNAL, self.body(int(name))))
            if self.silent():
                return
            self.more.clear()
            waiting = asyncio.ensure_future(self.more.wait())
            await asyncio.wait({waiting, hearing}, timeout=0.25, return_when="FIRST_COMPLETED")
            waiting.cancel()

    def body(self, sequence):
        about = self.about
        fields = (sequence, 1, about["type"], about["status"])
        return b"".join(native.field(i, value) for i, value in enumerate(fields, 1))

    async def message(self, reader):
        length = shift = 0
        while True:
            (byte,) = await reader.readexactly(1)
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        data = await reader.readexactly(length)
        ((number, values),) = native.fields(data).items()
        return number, values[0]

    async def hear(self, reader):
        while True:
            number, data = await self.message(reader)
            if number == native.FAILURE:
                return
            if number != native.ACKNOWLEDGE:
                continue
            found = native.fields(data)
            name, verdict = str(found[1][0]), found.get(2, [0])[0]
            if verdict == native.RECEIVED:
                self.acknowledged(name)
            elif verdict == native.BUSY:
                self.note("busy", name)
                asyncio.get_running_loop().call_later(
                    max(0.2, found.get(3, [0])[0] / 1000), self.send_again, name
                )
            else:
                self.note("refused", name)

    def send_again(self, name):
        if name in self.pending:
            self.pending[name] = 0.0
            self.more.set()


class scaip_device(device):
    """Over TCP if its id is odd, else over UDP; one signal at a time, as such devices do."""

    def name_of(self, number):
        return f"{number:08x}"

    async def converse(self):
        self.heard = asyncio.Queue()
        is_tcp = int(self.about["id"]) % 2 == 1
        send, close = await asyncio.wait_for(self.connect(is_tcp), CONNECT_S)
        self.note("at_node", "-")
        try:
            while True:
                if not self.pending:
                    self.more.clear()
                    waiting = [self.more.wait(), self.listen(send, 3600)]
                    tasks = [asyncio.ensure_future(w) for w in waiting]
                    done, rest = await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
                    for task in rest:
                        task.cancel()
                    for task in done:
                        task.result()
                    continue
                name = next(iter(self.pending))
                await self.deliver(send, name, is_tcp)
        finally:
            close()

    async def deliver(self, send, name, is_tcp):
        """Sends it, on UDP again and again, until it is answered; TimeoutError after a while."""
        request = self.request(name, is_tcp)
        self.pending[name] = time.monotonic()
        end = time.monotonic() + SILENCE_S
        pause = 0.5
        while name in self.pending:
            send(request)
            left = end - time.monotonic()
            if left <= 0:
                raise asyncio.TimeoutError
            await self.listen(send, min(left, left if is_tcp else pause), name)
            pause *= 2

    async def listen(self, send, limit_s, name=None):
        """Answers what comes until the limit, or until `name` is acknowledged."""
        end = time.monotonic() + limit_s
        while name is None or name in self.pending:
            try:
                text = await asyncio.wait_for(self.heard.get(), end - time.monotonic())
            except asyncio.TimeoutError:
                return
            if text is None:
                raise ConnectionError("hung up")
            if scaip.status_of(text) is None:
                self.take_request(send, text)
            elif scaip.status_of(text) >= 400:
                self.note("busy", name or "-")
                await asyncio.sleep(0.5)
                raise ConnectionError(text.split("\r\n")[0])

    def take_request(self, send, text):
        copied = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):.*$", text, re.M | re.I)
        head = "\r\n".join(line.rstrip("\r") for line in copied)
        send(f"SIP/2.0 200 OK\r\n{head}\r\nContent-Length: 0\r\n\r\n")
        ref = re.search(r"<ref>(\w+)</ref>", text)
        if ref and "<snu>0</snu>" in text:
            self.acknowledged(ref.group(1))
        elif ref:
            self.note("busy", ref.group(1))

    def request(self, name, is_tcp):
        about = self.about
        tags = {"dty": f"{about['type']:04}", "stc": f"{about['status']:04}"}
        body = scaip.mrq(about["id"], name, **tags)
        transport = "TCP" if is_tcp else "UDP"
        me = f"sip:{about['id']}@127.0.0.1:{self.own_port}"
        uri = f"sip:127.0.0.1:{self.peer_port}"
        return (
            f"MESSAGE {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/{transport} 127.0.0.1:{self.own_port}"
            f";branch=z9hG4bK{uuid.uuid4().hex};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <{me}>;tag={uuid.uuid4().hex[:8]}\r\nTo: <{uri}>\r\n"
            f"Call-ID: {uuid.uuid4().hex}@127.0.0.1\r\nCSeq: 1 MESSAGE\r\nContact: <{me}>\r\n"
            f"Content-Type: application/scaip+xml\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )

    async def connect(self, is_tcp):
        """(send text, close) of a new socket; what comes is put into `heard`."""
        self.peer_port = self.node()["scaip_tcp" if is_tcp else "scaip_udp"]
        loop = asyncio.get_running_loop()
        if is_tcp:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.peer_port)
            self.own_port = writer.get_extra_info("sockname")[1]
            reading = asyncio.ensure_future(self.read_stream(reader))

            def close():
                reading.cancel()
                writer.transport.abort()

            return lambda text: writer.write(text.encode()), close
        heard = self.heard

        class datagrams(asyncio.DatagramProtocol):
            def datagram_received(self, data, addr):
                heard.put_nowait(data.decode(errors="replace"))

            def error_received(self, exc):
                heard.put_nowait(None)  # nobody listens there

        transport, _ = await loop.create_datagram_endpoint(
            datagrams, ("127.0.0.1", 0), ("127.0.0.1", self.peer_port)
        )
        self.own_port = transport.get_extra_info("sockname")[1]
        return lambda text: transport.sendto(text.encode()), transport.close

    async def read_stream(self, reader):
        heard = self.heard
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lstrip("\r\n")
                length = int(scaip.header(head, "Content-Length") or 0)
                heard.put_nowait(head + (await reader.readexactly(length)).decode())
        except (OSError, asyncio.IncompleteReadError, ValueError):
            heard.put_nowait(None)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as plan_file:
        asyncio.run(fleet(json.load(plan_file)).run())
