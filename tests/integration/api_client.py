"""A person at the HTTP API: signs in, reads, gives commands. Uses nothing of Varde's own code, so
that it sees exactly what a browser would."""

import http.client
import json
import ssl
import uuid
from typing import NamedTuple

import live_client
import openapi

DESCRIPTION = openapi.description()
# Longest wait for an answer, in seconds.
TIMEOUT_S = 20.0


class answer(NamedTuple):
    """What came back: the status, the headers by lower-case name (lists), and the body as bytes."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return ", ".join(self.headers.get(name.lower(), []))


def tls_context(varde):
    """Trusts what the demo's own authority signed, and nothing else."""
    return ssl.create_default_context(cafile=varde.demo["ca"])


def exchange(varde, method, path, body=None, headers=None, source=None):
    """One request by a stranger on a connection of its own. Its answer must fit the description.
    `source` is the address to come from, e.g. another of 127.0.0.0/8."""
    host, port = varde.address("https")
    connection = http.client.HTTPSConnection(
        host,
        port,
        timeout=TIMEOUT_S,
        context=tls_context(varde),
        source_address=(source, 0) if source else None,
    )
    try:
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        sent = dict(headers or {})
        if isinstance(body, (dict, list)):
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, path, data, sent)
        response = connection.getresponse()
        received = {}
        for name, value in response.getheaders():
            received.setdefault(name.lower(), []).append(value)
        got = answer(response.status, received, response.read())
        DESCRIPTION.check_answer(method, path, got.status, got.header("content-type"), got.body)
        return got
    finally:
        connection.close()


class person:
    """Somebody with an account; `who` is an element of demo.json's sign_ins."""

    def __init__(self, varde, who):
        self.varde = varde
        self.user = who["user"]
        self.password = who["password"]
        self.cookie = None
        self.csrf = None
        self.me = None

    def sign_in(self):
        """Signs in and keeps the session's cookie and CSRF token."""
        body = {"user": self.user, "password": self.password}
        result = exchange(self.varde, "POST", "/api/v1/session", body)
        if result.status != 200:
            raise AssertionError(f"{self.user} can't sign in: {result.status} {result.body!r}")
        self.cookie = result.header("set-cookie").split(";")[0]
        self.me = result.json
        self.csrf = self.me["csrf"]
        return self

    def request(self, method, path, body=None, headers=None):
        """A request with the session's cookie, and with the CSRF token where it is needed."""
        sent = {"Cookie": self.cookie} if self.cookie else {}
        if method not in ("GET", "HEAD") and self.csrf:
            sent["X-CSRF-Token"] = self.csrf
        return exchange(self.varde, method, path, body, {**sent, **(headers or {})})

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=None, key=None):
        """A command, under the idempotency key, or a new one."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.request("POST", path, body if body is not None else {}, headers)

    def cases(self, state="active"):
        """The cases that this person sees."""
        return self.get(f"/api/v1/cases?state={state}").json["cases"]

    def case(self, case_id):
        """One case with its card and history."""
        return self.get(f"/api/v1/cases/{case_id}").json

    def command(self, case, verb, key=None, **body):
        """`verb` on a case, with the version that `case` shows."""
        path = f"/api/v1/cases/{case['id']}/{verb}"
        return self.post(path, {"version": case["version"], **body}, key)

    def must(self, case, verb, **body):
        """command() that has to succeed; the case after it."""
        result = self.command(case, verb, **body)
        if result.status != 200:
            raise AssertionError(f"{verb} of {case['id']}: {result.status} {result.body.decode()}")
        return result.json

    def sign_out(self):
        return self.request("DELETE", "/api/v1/session")

    def live(self, resume=None):
        """The live feed, opened from our own origin."""
        host, port = self.varde.address("https")
        headers = {"Origin": f"https://{host}:{port}", "Cookie": self.cookie}
        path = "/api/v1/live" + (f"?resume={resume}" if resume else "")
        return live_client.live_client(self.varde, path, headers)
