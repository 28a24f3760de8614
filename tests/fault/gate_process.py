"""The gate: a TCP proxy in a process of its own, between each node and Redis. Each way through it
has two directions that can be let through, held back for a time, or swallowed; and its connections
can be cut or half closed. It reads commands, one JSON object a line, and answers each; the answers
count the bytes and connections that a fault really met."""

import json
import os
import selectors
import socket
import struct
import sys
import time
from collections import deque

CHUNK = 1 << 16
# Bytes under way in one direction, after which nothing more is read.
HELD_MAX = 1 << 22


class direction:
    """What goes from one socket to the other of a connection."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self.waiting = deque()  # (when it may go, bytes)
        self.held = 0
        self.ended = False  # the source has said that it is done
        self.told_end = False


class connection:
    def __init__(self, way, near, far):
        self.way, self.near, self.far = way, near, far
        self.there = direction(near, far)
        self.back = direction(far, near)


class way:
    """A listening port and where it leads to. `exchange` maps a port's digits to others of the
    same length, in what comes back: so Sentinel's answers name gates instead of servers."""

    def __init__(self, name, port, target, exchange):
        self.name, self.target = name, target
        self.exchange = [(a.encode(), b.encode()) for a, b in exchange.items()]
        self.delay_s = {"there": 0.0, "back": 0.0}
        self.swallows = {"there": False, "back": False}
        self.refuses = False
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.listener.setblocking(False)
        self.connections = []
        self.met = {"swallowed": 0, "delayed": 0, "cut": 0, "refused": 0, "passed": 0}


class gate:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.ways = {}
        self.input = b""
        self.delayed = set()
        os.set_blocking(0, False)
        self.selector.register(0, selectors.EVENT_READ, self.commanded)

    def run(self):
        while True:
            now = time.monotonic()
            due = [d.waiting[0][0] - now for _, d in self.delayed if d.waiting]
            for key, mask in self.selector.select(max(0.0, min(due)) if due else None):
                if callable(key.data):
                    key.data()
                else:
                    self.serve(key.data, key.fileobj, mask)
            for c, d in list(self.delayed):
                self.flush(c, d)

    # Commands -----------------------------------------------------------------------------------

    def commanded(self):
        data = os.read(0, CHUNK)
        if not data:
            sys.exit(0)
        self.input += data
        while b"\n" in self.input:
            line, _, self.input = self.input.partition(b"\n")
            answer = json.dumps(self.obey(json.loads(line)))
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()

    def obey(self, command):
        what = command["do"]
        if what == "open":
            w = way(command["name"], command["port"], tuple(command["target"]), command["exchange"])
            self.ways[w.name] = w
            self.selector.register(w.listener, selectors.EVENT_READ, lambda: self.accept(w))
            return {}
        chosen = [w for name, w in self.ways.items() if name.startswith(command["name"])]
        for w in chosen:
            if what == "swallow":
                w.swallows.update(dict.fromkeys(command["directions"], command["on"]))
            elif what == "delay":
                w.delay_s.update(dict.fromkeys(command["directions"], command["s"]))
            elif what == "refuse":
                w.refuses = command["on"]
            if what in ("cut", "half_close") or (what == "refuse" and command["on"]):
                for c in list(w.connections):
                    w.met["cut"] += 1
                    if what == "half_close":
                        self.tell_end(c, c.there)
                    else:
                        self.close(c, reset=True)
        met = {}
        for w in chosen:
            for name, count in w.met.items():
                met[name] = met.get(name, 0) + count
        return met

    # Connections --------------------------------------------------------------------------------

    def accept(self, w):
        near, _ = w.listener.accept()
        if w.refuses:
            w.met["refused"] += 1
            near.close()
            return
        far = socket.socket()
        far.setblocking(False)
        near.setblocking(False)
        for s in (near, far):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.connect_ex(w.target)
        c = connection(w, near, far)
        w.connections.append(c)
        self.selector.register(near, selectors.EVENT_READ, c)
        self.selector.register(far, selectors.EVENT_READ | selectors.EVENT_WRITE, c)

    def serve(self, c, which, mask):
        if c not in c.way.connections:
            return
        outgoing = c.there if which is c.near else c.back
        incoming = c.back if which is c.near else c.there
        if mask & selectors.EVENT_READ and not outgoing.ended:
            try:
                data = which.recv(CHUNK)
            except BlockingIOError:
                data = None
            except OSError:
                return self.close(c, reset=True)
            if data is not None:
                self.take(c, outgoing, data)
        if c in c.way.connections and mask & selectors.EVENT_WRITE:
            self.flush(c, incoming)

    def take(self, c, d, data):
        name = "there" if d is c.there else "back"
        w = c.way
        if w.swallows[name]:
            # Also an end is not seen on the other side of a black hole.
            w.met["swallowed"] += max(1, len(data))
            d.ended = not data
        elif not data:
            d.ended = True
            self.flush(c, d)
        else:
            w.met["passed"] += len(data)
            if name == "back":
                for a, b in w.exchange:
                    data = data.replace(a, b)
            if w.delay_s[name]:
                w.met["delayed"] += len(data)
            d.waiting.append((time.monotonic() + w.delay_s[name], data))
            d.held += len(data)
            self.flush(c, d)
        if c in w.connections:
            self.watch(c)

    def flush(self, c, d):
        now = time.monotonic()
        while d.waiting and d.waiting[0][0] <= now:
            when, data = d.waiting[0]
            try:
                sent = d.target.send(data)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                return self.close(c, reset=True)
            d.held -= sent
            if sent < len(data):
                d.waiting[0] = (when, data[sent:])
                break
            d.waiting.popleft()
        if d.ended and not d.waiting and not d.told_end:
            self.tell_end(c, d)
        if c in c.way.connections:
            self.watch(c)

    def tell_end(self, c, d):
        d.told_end = True
        try:
            d.target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        if c.there.told_end and c.back.told_end:
            self.close(c, reset=False)

    def watch(self, c):
        now = time.monotonic()
        for d, back in ((c.there, c.back), (c.back, c.there)):
            if d.waiting and d.waiting[0][0] > now:
                self.delayed.add((c, d))
            else:
                self.delayed.discard((c, d))
            events = 0
            if not d.ended and d.held < HELD_MAX:
                events |= selectors.EVENT_READ
            if back.waiting and back.waiting[0][0] <= now:
                events |= selectors.EVENT_WRITE
            if events:
                try:
                    self.selector.modify(d.source, events, c)
                except KeyError:
                    self.selector.register(d.source, events, c)
            elif d.source in self.selector.get_map():
                self.selector.unregister(d.source)

    def close(self, c, reset):
        if c not in c.way.connections:
            return
        c.way.connections.remove(c)
        self.delayed.discard((c, c.there))
        self.delayed.discard((c, c.back))
        for s in (c.near, c.far):
            if s in self.selector.get_map():
                self.selector.unregister(s)
            if reset:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()


if __name__ == "__main__":
    gate().run()
