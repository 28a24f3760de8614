"""One scenario's stage: a centre, devices and people at work, the faults that were made and seen
to have happened, and the reckoning at the end."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import centre
import checker
import ledger_reader
import processes
import records
from processes import failed, wait_until

DRAIN_S = 40.0
SCREENS_S = 8.0


class player:
    """A process that plays devices or people, by words on its standard input."""

    def __init__(self, program, plan, home):
        path = os.path.join(home, program + ".json")
        self.record = records.reader(plan["record"])
        with open(path, "w", encoding="utf-8") as file:
            json.dump(plan, file)
        self.log = os.path.join(home, program + ".log")
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, os.path.join(processes.HERE, program + ".py"), path],
                stdin=subprocess.PIPE,
                stderr=log,
                stdout=log,
                text=True,
                preexec_fn=processes.die_with_parent,
            )

    def tell(self, word):
        if self.child.poll() is not None:
            with open(self.log, encoding="utf-8") as log:
                raise failed(f"the players ended: {log.read()[-2000:]}")
        self.child.stdin.write(word + "\n")
        self.child.stdin.flush()

    def end(self):
        self.tell("stop")
        self.child.wait(20)

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.child.stdin.close()
        self.record.close()


class stage:
    """Use as a context manager; the body makes the faults, finish() reckons.

    pause_s         between two signals of one device
    spread          devices and people begin at different nodes, or all at the first
    dispatch_share  how many of the cases are sent to a team
    Other options are the centre's."""

    def __init__(
        self,
        name,
        seed,
        pause_s=1.0,
        spread=True,
        dispatch_share=0.4,
        think_s=0.2,
        visit_s=6.0,
        prepare=None,
        patience_s=30.0,
        pending_max=20,
        warm=None,
        drain_s=DRAIN_S,
        keeps_failures=False,
        **options,
    ):
        self.name, self.seed = name, seed
        self.random = random.Random(f"{seed}/{name}")
        self.options = options
        self.plan = {
            "seed": seed,
            "pause_s": pause_s,
            "spread": spread,
            "dispatch_share": dispatch_share,
            "think_s": think_s,
            "visit_s": visit_s,
            "patience_s": patience_s,
            "pending_max": pending_max,
            "team": centre.TEAM,
            "password": centre.PASSWORD,
        }
        self.prepare = prepare  # called before the centre is made, may change options
        self.cleanups = []
        self.warm, self.drain_s = warm, drain_s
        self.home = tempfile.mkdtemp(prefix="varde-fault-")
        self.fired = []  # (when, what, how it was seen)
        self.phases = []  # (when, "fault" or "healed")
        self.notes = []
        self.bounds = []  # (what, value, limit)
        self.devices = self.people = self.centre = None
        self.struck = None
        self.keeps_failures = keeps_failures
        self.keep = False

    def __enter__(self):
        try:
            if self.prepare:
                self.prepare(self)
            self.centre = centre.centre(self.home, **self.options)
            self._cast()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, *_):
        self.keep = self.keep or (self.keeps_failures and kind is not None)
        self.close()

    def _cast(self):
        nodes = [{"name": n.name, **n.ports} for n in self.centre.nodes]
        ca = os.path.join(self.home, "ca.pem")
        common = {**self.plan, "nodes": nodes, "ca": ca}
        device_record = os.path.join(self.home, "devices.jsonl")
        plan = {**common, "devices": self.centre.devices, "record": device_record}
        self.devices = player("device_process", plan, self.home)
        people_record = os.path.join(self.home, "people.jsonl")
        plan = {**common, "people": self.centre.people, "record": people_record}
        self.people = player("people_process", plan, self.home)

    @property
    def nodes(self):
        return self.centre.nodes

    @property
    def redis(self):
        return self.centre.redis

    @property
    def gate(self):
        return self.centre.gate

    # The course of a scenario -------------------------------------------------------------------

    def warm_up(self):
        """Everybody is there, and signals are being acknowledged."""
        wait_until(
            lambda: self.people.record.count("signed_in") >= len(self.centre.people),
            "all people are signed in",
            30.0,
        )
        self.devices.tell("go")
        self.people.tell("go")
        self.traffic(self.warm or 2 * len(self.centre.devices), 30.0)

    def traffic(self, count, deadline_s=20.0):
        """Waits until so many more signals are acknowledged."""
        now = time.monotonic()
        wait_until(
            lambda: self.devices.record.count("acked", now) >= count,
            f"{count} more acknowledged signals",
            deadline_s,
            0.05,
        )

    def last(self, seconds):
        """A fault that shall last so long, lasts; returns early only with an error."""
        end = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() >= end, "time passes", seconds + 5.0)

    def fault(self, what, seen=True):
        """Notes a fault that was made; `seen` is what shows that it happened, and it must."""
        if not seen:
            raise failed(f"the fault did not fire: {what}")
        now = time.monotonic()
        self.fired.append((now, what, seen))
        if not self.phases:
            self.phases.append(now)

    def begin_fault(self, struck=None):
        """The moment before the first fault, from which waiting is measured."""
        self.struck = struck and struck.name
        self.phases = [time.monotonic()]
        return self.phases[0]

    def healed(self):
        """The cause of the trouble is gone."""
        self.phases = [self.phases[0], time.monotonic()]

    def console_gaps(self):
        """Seconds for which each person had no console, whenever it was lost."""
        since, gaps = {}, []
        for p in self.people.record.more():
            if p["e"] in ("bye", "console_lost"):
                since.setdefault(p["u"], p["t"])
            elif p["e"] == "console_there" and p["u"] in since:
                gaps.append(p["t"] - since.pop(p["u"]))
        now = time.monotonic()
        return gaps + [now - t for t in since.values()]

    def command_gaps(self):
        """Seconds from the first failed try of a command to its answer."""
        since, gaps = {}, []
        for p in self.people.record.more():
            if p["e"] == "no_answer":
                since.setdefault(p["k"], p["t"])
            elif p["e"] == "answer" and p["k"] in since:
                gaps.append(p["t"] - since.pop(p["k"]))
        return gaps

    def bound(self, what, value, limit):
        """A figure to reach; the scenario fails if it isn't."""
        self.bounds.append((what, lambda check: value, limit))

    def limit_gap(self, limit_s):
        """The devices of the node that was struck are acknowledged again so soon."""
        since, until = self.phases[0], time.monotonic()
        what = "longest without an acknowledgement"
        self.bounds.append((what, lambda check: check.gap(since, until, self.struck), limit_s))

    def limit_waits(self, limit_s):
        """No life alarm that was made since the fault waits longer."""
        since, until = self.phases[0], time.monotonic()
        longest = lambda check: max(check.waits(since, until), default=0.0)
        self.bounds.append(("longest wait of a life alarm", longest, limit_s))

    def limit_p99(self, what, limit_s, since, until):
        """The 99th percentile of life alarms made in that time; where the machine is so busy that
        it was not held before the fault either, it is only noted."""

        def p99(check):
            values = check.waits(since, until)
            before = checker.quantile(check.waits(until=self.phases[0]), 0.99)
            during = checker.quantile(values, 0.99)
            self.notes.append(
                f"{what}: p50 {1000 * checker.quantile(values, 0.5):.0f} ms, "
                f"p99 {1000 * during:.0f} ms, max {1000 * max(values, default=0):.0f} ms"
            )
            return 0.0 if before > limit_s else during

        self.bounds.append((f"p99 of {what}", p99, limit_s))

    def note_meters(self, *names):
        for name in names:
            values = [one.meter(name) or 0 for one in self.nodes]
            self.notes.append(f"{name}: " + ", ".join(f"{value:g}" for value in values))

    def lease_holder(self):
        """The node that keeps the municipality's house, as the ledger says; None if no one."""
        entries = ledger_reader.read_all(self.redis.master())
        leases = [e for e in entries if e.kind == "lease_taken"]
        taken = [e.text(1) for e in leases if e.municipality == centre.MUNICIPALITY]
        return next((one for one in self.nodes if taken and one.name == taken[-1]), None)

    # The reckoning ------------------------------------------------------------------------------

    def finish(self):
        """Lets everything end in order, and compares; the checker with its findings."""
        self.people.tell("drain")
        self.devices.tell("drain")
        drained = lambda: self.devices.record.count("drained")
        wait_until(drained, "every signal is acknowledged", self.drain_s, 0.1)
        self.drained = time.monotonic()
        self.centre.wait_until_together()
        operators = [p["user"] for p in self.centre.people if p["role"] == "operator"]
        wait_until(lambda: self._idle(operators), "the operators end what they began", DRAIN_S, 0.1)
        entries = wait_until(self._settled_entries, "the ledger comes to rest", 20.0, 0.3)
        check = self._checker(entries)

        def all_shown():
            nonlocal check
            check = self._checker(entries)
            return not check.not_shown()

        try:
            wait_until(all_shown, "screens show all", SCREENS_S, 0.3)
        except failed:
            pass  # the check below tells it
        self.people.end()
        self.devices.end()
        check.run()
        check.check_screens()
        mismatches = {p["why"] for p in self.people.record.more() if p["e"] == "mismatch"}
        self.notes += [f"not as docs/openapi.json says: {why}" for why in sorted(mismatches)]
        for one in self.nodes:
            if one.process.runs():
                one.stop()
        self._verify(check)
        for what, measure, limit in self.bounds:
            value = measure(check)
            if value > limit:
                check.found("slow", f"{what}: {value:.3f}, at most {limit:g}", [])
        self.keep = self.keeps_failures and bool(check.findings)
        return check

    def _checker(self, entries):
        return checker.checker(self.devices.record.more(), self.people.record.more(), entries)

    def _idle(self, operators):
        last = {}
        for p in self.people.record.more():
            if p["e"] in ("idle", "ask") and p["u"] in operators:
                last[p["u"]] = p["e"]
        return all(last.get(user) == "idle" for user in operators)

    def _settled_entries(self):
        """The whole ledger, if nothing was added to it for a moment, also by timers."""
        first = ledger_reader.read_all(self.redis.master())
        self.last(0.5)
        second = ledger_reader.read_all(self.redis.master())
        return second if len(first) == len(second) else None

    def _verify(self, check):
        words = ["ledger", "verify", "--redis", f"redis://127.0.0.1:{self.redis.master().port}"]
        for one in self.nodes:
            words += ["--vault", one.vault]
        done = self.centre.run(*words, statuses=(0, 1, 2))
        if done.returncode != 0:
            lines = (done.stdout + done.stderr).splitlines()
            check.found("broken", f"varde ledger verify says {done.returncode}", lines[-25:])

    def close(self):
        for one in (self.devices, self.people):
            if one:
                one.close()
        if self.centre:
            self.centre.close()
        for clean in self.cleanups:
            clean()
        if self.keep:
            print(f"    kept: {self.home}")
        else:
            shutil.rmtree(self.home, ignore_errors=True)
