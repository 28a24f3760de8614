"""The ledger as it lies in Redis, read with nothing of Varde's: the streams by plain commands, the
batches and their entries by the field numbers of proto/varde/ledger/v1/batch.proto and
proto/varde/alarm/v1/entry.proto."""

from typing import NamedTuple

import processes  # noqa: F401  makes tests/integration importable
import native_client

# Field numbers of Entry.
MUNICIPALITY, SUBJECT, VERSION, AT_US, NODE, ACTOR = 2, 3, 4, 5, 6, 8
COMMAND_ID, CASE_ID, MERGED_AT_US = 9, 10, 12
BODIES = {
    16: "case_opened",
    17: "alarm_joined",
    18: "alarm_cleared",
    19: "signal_recorded",
    20: "claimed",
    21: "released",
    22: "taken_over",
    23: "note_added",
    24: "step_ticked",
    25: "visit_offered",
    26: "visit_moved",
    27: "visit_overdue",
    28: "closed",
    29: "aged",
    30: "reopened",
    31: "handled_in_outage",
    32: "lease_taken",
    33: "signal_held",
    34: "hold_ended",
    35: "test_started",
    36: "test_ended",
    37: "absence_started",
    38: "absence_ended",
    39: "check_done",
    40: "requeued",
    41: "escalated",
    42: "moved_to_list",
    43: "resident_identified",
    44: "outage_changed",
    45: "outage_reached",
}
# Where the signal is within the bodies that carry one. What a rule lets wait lies a message deeper;
# no scenario has such a rule.
SIGNAL_IN = {
    "case_opened": 4,
    "alarm_joined": 1,
    "alarm_cleared": 1,
    "signal_recorded": 1,
    "hold_ended": 3,
}
ACCEPTED = 2  # VisitState
BATCH_ENTRIES = 1  # Batch
PAGE = 200


class entry(NamedTuple):
    position: str
    municipality: str
    subject: str
    version: int
    at_us: int
    node: str
    user: str
    command: str
    case: str
    merged: bool
    kind: str
    body: dict  # field number → values, not yet parsed further

    def inner(self, number):
        """The message in a field of the body, parsed."""
        return native_client.fields(self.body.get(number, [b""])[0])

    def text(self, number):
        return text_of(self.body, number)

    @property
    def signal(self):
        """The id of the signal it carries, or ""."""
        where = SIGNAL_IN.get(self.kind)
        return text_of(self.inner(where), 1) if where else ""

    @property
    def deed(self):
        """What was kept as done in an outage: that entry itself, or None."""
        if self.kind != "handled_in_outage":
            return None
        return parse(self.position, self.body[1][0])

    def __str__(self):
        more = self.signal or self.command
        if self.kind == "handled_in_outage":
            more = f"{self.deed.kind} by {self.deed.user}, {self.text(2)}; {self.deed.command}"
        if self.kind == "visit_moved":
            more = f"{self.text(1)} to {self.body.get(2, [0])[0]}; {more}"
        merged = " merged" if self.merged else ""
        return (
            f"{self.position} {self.subject} v{self.version} {self.kind} {more} "
            f"by {self.user} at {self.node}{merged}, case {self.case or '-'}"
        )


def text_of(fields, number):
    return fields.get(number, [b""])[0].decode()


def parse(position, data):
    found = native_client.fields(data)
    kind, body = "unknown", {}
    for number, name in BODIES.items():
        if number in found:
            kind, body = name, native_client.fields(found[number][0])
    return entry(
        position,
        text_of(found, MUNICIPALITY),
        text_of(found, SUBJECT),
        found.get(VERSION, [0])[0],
        found.get(AT_US, [0])[0],
        text_of(found, NODE),
        text_of(native_client.fields(found.get(ACTOR, [b""])[0]), 2),
        text_of(found, COMMAND_ID),
        text_of(found, CASE_ID),
        MERGED_AT_US in found,
        kind,
        body,
    )


def entries_in(element):
    """The serialized entries of a stream's element, as XRANGE gives its fields and values."""
    pairs = dict(zip(element[::2], element[1::2]))
    return native_client.fields(pairs[b"b"])[BATCH_ENTRIES]


def read_all(server):
    """Every entry of every municipality, in the order of their streams, from a redis-server."""
    entries = []
    cursor, keys = b"0", set()
    while True:
        cursor, page = server.ask("SCAN", cursor, "MATCH", "v:{*}:ledger", "COUNT", PAGE)
        keys.update(page)
        if cursor == b"0":
            break
    for key in sorted(keys):
        after = "-"
        while True:
            page = server.ask("XRANGE", key, after, "+", "COUNT", PAGE)
            for position, element in page:
                entries += [parse(position.decode(), one) for one in entries_in(element)]
            if len(page) < PAGE:
                break
            after = "(" + page[-1][0].decode()
    return entries
