"""Holds what devices and people have in their records against the ledger, by rules written here
anew: nothing acknowledged may be missing, nothing may be there twice, and what is in the ledger
must have been on a screen. Each finding is told as a story of the records and entries about it."""

from collections import defaultdict

import ledger_reader

LATE_S = 5.0
# Commands whose 200 says that something was written. A visit's step sent again says 200 as well.
CLAIMS = ("next", "claim")
# Entries before and after one that a story is about.
STORY_ENTRIES = 15
# Who acts when time alone does.
TIMERS = "system"


class finding:
    def __init__(self, sort, what, story):
        self.sort = sort  # "lost", "doubled", "hidden", "broken"
        self.what = what
        self.story = story

    def __str__(self):
        return f"{self.sort}: {self.what}\n" + "".join(f"    {line}\n" for line in self.story)


class checker:
    """All that is known at the end of a scenario. `devices` and `people` are lists of events,
    `entries` the whole ledger."""

    def __init__(self, devices, people, entries):
        self.devices, self.people, self.entries = devices, people, entries
        self.findings = []
        self.by_signal = defaultdict(list)
        self.by_command = defaultdict(list)
        self.by_subject = defaultdict(list)
        for e in entries:
            self.by_subject[e.municipality, e.subject].append(e)
            if e.signal:
                self.by_signal[e.signal].append(e)
            deed = e.deed or e  # what was kept of an outage has the key of the deed as well
            if deed.command and deed.user != TIMERS:  # whose keys are a case's own
                self.by_command[key_of(deed)].append(e)
        self.made = {d["s"]: d for d in devices if d["e"] == "made"}
        self.acked = {}
        for d in devices:
            if d["e"] == "acked":
                self.acked.setdefault(d["s"], d)

    def run(self):
        self.check_signals()
        self.check_commands()
        self.check_histories()
        self.check_visits()
        return self

    def count(self, sort):
        return sum(1 for f in self.findings if f.sort == sort)

    def found(self, sort, what, story):
        self.findings.append(finding(sort, what, story))

    # Signals ------------------------------------------------------------------------------------

    def check_signals(self):
        for signal in self.acked:
            if signal not in self.by_signal:
                device = signal.split("/")[0]
                story = [str(d) for d in self.devices if d.get("s") == signal]
                story += [str(e) for e in self.entries if e.signal.startswith(device + "/")][-12:]
                self.found("lost", f"signal {signal} was acknowledged and is in no case", story)
        for signal, places in self.by_signal.items():
            if len(places) > 1:
                story = [str(d) for d in self.devices if d.get("s") == signal]
                story += self.history_of(places[0])
                self.found("doubled", f"signal {signal} is in {len(places)} entries", story)

    def history_of(self, e):
        """What the ledger says of the subject around that entry."""
        return [
            str(x)
            for x in self.by_subject[e.municipality, e.subject]
            if abs(x.version - e.version) <= STORY_ENTRIES
        ]

    # Commands -----------------------------------------------------------------------------------

    def check_commands(self):
        asked = {p["k"]: p for p in self.people if p["e"] == "ask"}
        self.answered = {
            p["k"]: p for p in self.people if p["e"] == "answer" and p["st"] == 200
        }
        for key, answer in self.answered.items():
            if self.by_command.get(key) or self.is_known_otherwise(answer):
                continue
            story = [str(p) for p in self.people if p.get("k") == key]
            if answer.get("c"):
                story += [str(e) for e in self.entries if e.case == answer["c"]]
                story += [
                    str(p) for p in self.people if p.get("c") == answer["c"] and p.get("k") != key
                ]
            what = f"{answer['v']} of {answer['u']} was answered 200 and is gone"
            self.found("lost", what, story)
        for key, places in self.by_command.items():
            whole = {(e.subject, e.deed.kind if e.deed else e.kind) for e in places}
            subjects = {e.subject for e in places}
            if len(subjects) > 1 or len(whole) < len(places):
                story = [str(asked.get(key))] + [str(e) for e in places]
                self.found("doubled", f"command {key} was carried out {len(places)} times", story)

    def is_known_otherwise(self, answer):
        """True for a 200 that wrote nothing, since what it asks for was so already: a claim of
        one's own case, and a visit that was there already."""
        if answer["v"] in CLAIMS:
            return any(
                e.case == answer["c"] and e.kind in ("claimed", "taken_over")
                for e in self.entries
                if e.user == answer["u"]
            )
        if answer["v"] in ("accept", "en-route", "on-site", "done"):
            return any(
                e.kind == "visit_moved" and e.user == answer["u"] and e.text(1) == answer["c"]
                for e in self.entries
            )
        return False

    # Histories ----------------------------------------------------------------------------------

    def check_histories(self):
        for (_, subject), history in self.by_subject.items():
            owners = {}
            for i, e in enumerate(history):
                if e.version != i + 1:
                    self.found("broken", f"{subject} has no version {i + 1}", self.history_of(e))
                    break
                owner = owners.get(e.case)
                if e.kind == "claimed":
                    if owner:
                        what = f"{e.case} has two owners, {owner} and {e.user}"
                        self.found("doubled", what, self.history_of(e))
                    owners[e.case] = e.user
                elif e.kind == "taken_over":
                    owners[e.case] = e.user
                elif e.kind in ("released", "closed", "reopened"):
                    # What an island ended may have become a case of its own in the merge.
                    if e.kind == "closed" and e.case not in owners and not e.merged:
                        what = f"{e.case} was closed by {e.user} without an owner"
                        self.found("broken", what, self.history_of(e))
                    owners[e.case] = None

    def check_visits(self):
        offered, accepted = defaultdict(list), defaultdict(list)
        for e in self.entries:
            if e.kind == "visit_offered":
                offered[ledger_reader.text_of(e.inner(1), 1)].append(e)
            if e.kind == "visit_moved" and e.body.get(2, [0])[0] == ledger_reader.ACCEPTED:
                accepted[e.text(1)].append(e)
        for name, by_visit in (("offered", offered), ("accepted", accepted)):
            for visit, places in by_visit.items():
                if len(places) > 1:
                    what = f"visit {visit} was {name} {len(places)} times"
                    self.found("doubled", what, self.history_of(places[0]))

    # Screens ------------------------------------------------------------------------------------

    def not_shown(self):
        """Entries with an acknowledged signal that no screen has shown yet."""
        newest = {}
        for p in self.people:
            shown = p.get("c") if p["e"] == "shown" else None
            if p["e"] == "answer" and p.get("c") and p.get("ver"):
                shown = {p["c"]: p["ver"]}
            for case, version in (shown or {}).items():
                newest[case] = max(newest.get(case, 0), version)
        return [
            e
            for signal, places in self.by_signal.items()
            for e in places
            if signal in self.acked and e.case and newest.get(e.case, 0) < e.version
        ]

    def check_screens(self):
        for e in self.not_shown():
            what = f"{e.signal} is in the ledger and on no screen"
            self.found("hidden", what, self.history_of(e))

    # Times --------------------------------------------------------------------------------------

    def waits(self, since=0.0, until=float("inf"), life=True):
        """Seconds from making to acknowledgement of the life signals made in that time, sorted."""
        return sorted(
            self.acked[s]["t"] - d["t"]
            for s, d in self.made.items()
            if s in self.acked and since <= d["t"] < until and d["life"] >= life
        )

    def late(self):
        return sum(1 for wait in self.waits(life=False) if wait > LATE_S)

    def gap(self, since, until, struck=None):
        """The longest time without an acknowledgement between two moments; with `struck`, of the
        devices that were at this node at the first of them."""
        at = {}
        for d in self.devices:
            if d["e"] == "at_node" and d["t"] < since:
                at[d["s"].split("/")[0]] = d["n"]
        times = [since]
        for d in self.acked.values():
            device = d["s"].split("/")[0]
            if since <= d["t"] <= until and (struck is None or at.get(device) == struck):
                times.append(d["t"])
        times = sorted([*times, until])
        return max(b - a for a, b in zip(times, times[1:]))


def key_of(e):
    """The idempotency key as the person chose it; the ledger has it behind the user's name."""
    return e.command.removeprefix(e.user + "/")


def quantile(values, q):
    """Of sorted values; 0 of none."""
    return values[min(len(values) - 1, int(q * len(values)))] if values else 0.0
