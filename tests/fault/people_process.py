"""Operators and responders, in a process of their own: each has a console at one node and works
over the API of the same node, goes to another node when theirs fails, repeats a command whose
answer was lost under the same key, and writes down every command, its answer and what the console
showed. Started with a file that says who they are; reads words on standard input: "go", "drain",
"stop"."""

import copy
import json
import random
import sys
import threading
import time
import uuid

import processes  # noqa: F401  makes tests/integration importable
import api_client
import live_client
import records

ANSWER_S = 3.0
SIGN_IN_S = 15.0
# A beat comes every 5 s; a console that hears nothing for longer is taken for cut off.
SILENCE_S = 7.0
HERE_S = 5.0
OUTCOME = {"kind": "false", "cause": "unintended_press", "action": "conversation"}
NEXT_STEPS = {
    "offered": "accept",
    "accepted": "en-route",
    "en_route": "on-site",
    "on_site": "done",
}
ENDED = ("done", "declined", "timed_out", "recalled")


class place:
    """A node as the clients of tests/integration know one."""

    def __init__(self, name, port, ca):
        self.name = name
        self.port = port
        self.demo = {"ca": ca}

    def address(self, _):
        return "127.0.0.1", self.port


class noted_description:
    """Answers that don't fit docs/openapi.json are noted, and taken all the same: people have to
    go on."""

    def __init__(self, description, record):
        self.description, self.record = description, record

    def check_answer(self, *answer):
        try:
            self.description.check_answer(*answer)
        except AssertionError as error:
            self.record.add("mismatch", u="", why=str(error).split("→")[-1].strip()[:200])


class person:
    """Signed in once, for all nodes; `at` is the node that is used now."""

    def __init__(self, plan, about, number, record):
        self.plan = plan
        self.user = about["user"]
        self.record = record
        self.places = [place(n["name"], n["https"], plan["ca"]) for n in plan["nodes"]]
        self.at = number % len(self.places) if plan["spread"] else 0
        self.random = random.Random(f"{plan['seed']}/{self.user}")
        who = {**about, "password": plan["password"]}
        self.client = api_client.person(self.places[self.at], who)
        self.signing_in = threading.Lock()
        self.threads = []

    def note(self, event, **what):
        self.record.add(event, u=self.user, n=self.places[self.at].name, **what)

    def start(self):
        self.threads = [
            threading.Thread(target=job, daemon=True) for job in (self.watch, self.work)
        ]
        for thread in self.threads:
            thread.start()

    def elsewhere(self, failed):
        """Leaves the node that failed, unless that was done already."""
        if self.at == failed:
            self.at = (failed + 1) % len(self.places)

    def client_at(self, at):
        """Console and commands go on side by side, perhaps at different nodes for a moment."""
        client = copy.copy(self.client)
        client.varde = self.places[at]
        return client

    def sign_in(self):
        """Signs in wherever it succeeds. The same session holds at every node."""
        with self.signing_in:
            end = time.monotonic() + SIGN_IN_S
            while True:
                at = self.at
                self.client.varde = self.places[at]
                try:
                    self.client.sign_in()
                    self.note("signed_in")
                    return
                except (OSError, AssertionError) as error:
                    if time.monotonic() > end:
                        raise
                    self.note("not_signed_in", why=str(error)[:200])
                    self.elsewhere(at)
                    stopping.wait(0.2)

    # The console --------------------------------------------------------------------------------

    def watch(self):
        while not stopping.is_set():
            at = self.at
            try:
                self.look(at)
            except (OSError, live_client.closed, live_client.refused, ValueError) as error:
                if isinstance(error, live_client.refused) and error.args[0] == 401:
                    self.sign_in()
                self.note("console_lost", why=f"{type(error).__name__} {error}"[:100])
            self.elsewhere(at)
            stopping.wait(0.05)

    def look(self, at):
        live = self.client_at(at).live()
        try:
            heard = told = time.monotonic()
            while not stopping.is_set():
                if time.monotonic() - told > HERE_S:
                    told = time.monotonic()
                    live.send({"type": "here"})
                try:
                    message = live.message(1.0)
                except TimeoutError:
                    if time.monotonic() - heard > SILENCE_S:
                        raise
                    continue
                heard = time.monotonic()
                self.shown(message)
        finally:
            live.close()

    def shown(self, message):
        kind = message["type"]
        if kind in ("snapshot", "visits"):
            self.note("console_there")
        cases = message.get("cases", []) + [c["case"] for c in message.get("changes", [])]
        if cases:
            self.note("shown", c={case["id"]: case["version"] for case in cases})
        if kind == "bye":
            self.note("bye", why=message["reason"])
            raise live_client.closed(1001, message["reason"])

    # Commands -----------------------------------------------------------------------------------

    def ask(self, verb, path, body=None):
        """A command until there is an answer to it, under one key; (status, JSON) or (0, None)."""
        key = uuid.uuid4().hex
        self.note("ask", k=key, v=verb, p=path)
        end = time.monotonic() + self.plan["patience_s"]
        while True:
            at = self.at
            status, code, got = 0, "", None
            try:
                answer = self.client_at(at).post(path, body or {}, key)
                status = answer.status
                got = answer.json if answer.body else {}
                code = got.get("code", "")
            except (OSError, ValueError, AssertionError) as error:
                code = f"{type(error).__name__} {error}"[:100]
            if status == 401:
                self.sign_in()
            elif status and status < 500 and status != 429:
                seen = got.get("current", got)
                fields = {"c": seen.get("id"), "ver": seen.get("version")}
                if seen.get("owner"):
                    fields["o"] = seen["owner"]["user"]
                self.note("answer", k=key, v=verb, st=status, code=code, **fields)
                return status, got
            self.note("no_answer", k=key, v=verb, st=status, code=code)
            if time.monotonic() > end or stopping.is_set():
                return 0, None
            self.elsewhere(at)
            stopping.wait(0.1)

    def work(self):
        """As an operator."""
        idle = False
        while not stopping.is_set():
            if not going.is_set():
                if not idle:
                    self.note("idle")
                idle = True
                stopping.wait(0.05)
                continue
            idle = False
            status, case = self.ask("next", "/api/v1/queue/next")
            if status == 200:
                self.handle(case)
            else:
                stopping.wait(0.3)
        self.note("went_home")

    def on_case(self, case, verb, **body):
        """A command on a case; after a stale one it looks again and repeats what it meant. None if
        it can't be done."""
        for _ in range(6):
            path = f"/api/v1/cases/{case['id']}/{verb}"
            status, got = self.ask(verb, path, {"version": case["version"], **body})
            if status == 200:
                return got
            if status == 409 and got.get("code") == "stale":
                case = got["current"]
                mine = case["owner"] and case["owner"]["user"] == self.user
                if not mine or case["state"] == "closed":
                    return None
            else:
                return None
        return None

    def handle(self, case):
        self.think()
        case = self.on_case(case, "note", text=f"ringte, {self.user}")
        if case and self.random.random() < self.plan["dispatch_share"]:
            case = self.on_case(case, "dispatch", team=self.plan["team"], message="se til henne")
            case = case and self.wait_for_visit(case)
        if case:
            self.think()
            self.on_case(case, "close", outcome=OUTCOME)

    def think(self):
        stopping.wait(self.random.uniform(0.5, 1.5) * self.plan["think_s"])

    def wait_for_visit(self, case):
        """Until the team is done, or too long: then it is called back."""
        end = time.monotonic() + self.plan["visit_s"]
        while not stopping.is_set():
            stopping.wait(0.3)
            now = self.get(f"/api/v1/cases/{case['id']}")
            if not now:
                continue
            case = now
            live = [v for v in case["visits"] if v["state"] not in ENDED]
            if not live:
                return case
            if time.monotonic() > end:
                case = self.on_case(case, "recall", visit=live[0]["id"], reason="tok for lang tid")
                return case
        return None

    def get(self, path):
        at = self.at
        try:
            answer = self.client_at(at).get(path)
        except (OSError, AssertionError):
            answer = None
        if answer and answer.status == 200:
            return answer.json
        if answer and answer.status == 401:
            self.sign_in()
        elif not answer or answer.status >= 500:
            self.elsewhere(at)
            stopping.wait(0.1)
        return None


class responder(person):
    def work(self):
        while not stopping.is_set():
            got = self.get("/api/v1/visits")
            for visit in (got or {"visits": []})["visits"]:
                self.serve(visit)
            stopping.wait(0.3)
        self.note("went_home")

    def serve(self, visit):
        """Accepts what is offered and goes on with what is one's own."""
        mine = visit["responder"] == self.user
        step = NEXT_STEPS.get(visit["state"])
        if not step or (step != "accept" and not mine):
            return
        body = {"note": "alt i orden"} if step == "done" else {}
        self.ask(step, f"/api/v1/visits/{visit['id']}/{step}", body)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    api_client.TIMEOUT_S = live_client.TIMEOUT_S = ANSWER_S
    record = records.writer(plan["record"])
    api_client.DESCRIPTION = noted_description(api_client.DESCRIPTION, record)
    people = []
    for number, about in enumerate(plan["people"]):
        kind = responder if about["role"] == "responder" else person
        people.append(kind(plan, about, number, record))
    for one in people:
        one.sign_in()
        one.start()
    for line in sys.stdin:
        word = line.strip()
        if word == "go":
            going.set()
        elif word == "drain":
            going.clear()
        elif word == "stop":
            break
    stopping.set()
    for one in people:
        for thread in one.threads:
            thread.join(ANSWER_S * 3)


# Work is taken while `going` is set; everything ends when `stopping` is.
going = threading.Event()
stopping = threading.Event()

if __name__ == "__main__":
    main()
