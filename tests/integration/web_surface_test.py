"""The HTTPS port as a stranger probes it: protective headers on every answer, only declared
methods, one message boundary, no way over plain HTTP, nothing that tells about the inside."""

import socket
import unittest

import api_client
import live_client
import openapi
import scene

PROTECTION = {
    "strict-transport-security": "max-age=",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "",
}


class the_web_surface(scene.demo_test):
    def raw(self, data, deadline_s=10.0):
        """Everything that comes back for these bytes on a TLS connection, until it is closed."""
        connection = live_client.tls_socket(self.varde)
        connection.settimeout(deadline_s)
        received = b""
        try:
            connection.sendall(data)
            while more := connection.recv(65536):
                received += more
        except ConnectionError:
            pass
        finally:
            connection.close()
        return received

    def some_paths(self):
        description = openapi.description()
        paths = {template.replace("{id}", "x") for _, template, _ in description.routes()}
        return sorted(paths | {"/", "/felt", "/nothing", "/api/v1/nothing", "/../etc/passwd"})

    def test_every_answer_carries_the_protective_headers_errors_included(self):
        for path in self.some_paths():
            for method in ("GET", "POST"):
                answer = api_client.exchange(self.varde, method, path)
                for name, part in PROTECTION.items():
                    self.assertIn(name, answer.headers, f"{method} {path} {answer.status}")
                    self.assertIn(part, answer.header(name), f"{method} {path}")
                policy = answer.header("content-security-policy")
                self.assertNotIn("unsafe-eval", policy)
                self.assertNotRegex(policy, r"script-src[^;]*unsafe-inline")
                if path.startswith("/api/"):
                    self.assertIn("no-store", answer.header("cache-control"), path)
                self.assertNotRegex(answer.header("server"), r"\d", "no version to strangers")

    def test_only_declared_methods_are_answered(self):
        description = openapi.description()
        declared = {}
        for method, template, _ in description.routes():
            declared.setdefault(template, set()).add(method)
        for template, methods in declared.items():
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS"):
                if method in methods:
                    continue
                path = template.replace("{id}", "x")
                answer = api_client.exchange(self.varde, method, path, headers={"X-Echo": "secret"})
                self.assertIn(answer.status, (400, 405, 501), f"{method} {path}")
                self.assertNotIn(b"secret", answer.body)
                if answer.status == 405:
                    allowed = {word.strip() for word in answer.header("allow").split(",")}
                    self.assertLessEqual(methods, allowed, f"{method} {path}")

    def test_no_other_page_is_let_in(self):
        for method in ("OPTIONS", "GET"):
            answer = api_client.exchange(
                self.varde,
                method,
                "/api/v1/me",
                headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
            )
            self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_a_request_with_two_ends_is_refused_and_the_connection_closed(self):
        smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        body = "0\r\n\r\n" + smuggled
        start = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        length = f"Content-Length: {len(body)}\r\n"
        for name, headers, sent in (
            ("length and chunked", length + "Transfer-Encoding: chunked\r\n", body),
            ("two lengths", f"Content-Length: 4\r\n{length}", body),
            ("two lengths in one", f"Content-Length: 4, {len(body)}\r\n", body),
            ("negative length", "Content-Length: -1\r\n", body),
            ("signed length", "Content-Length: +5\r\n", body),
            ("bad chunk", "Transfer-Encoding: chunked\r\n", "zz\r\n" + body),
            ("unknown coding", "Transfer-Encoding: chunked, identity\r\n", body),
            ("header without a name", ": x\r\nContent-Length: 0\r\n", body),
            ("space before the colon", "Content-Length : 0\r\n", body),
        ):
            with self.subTest(name):
                received = self.raw((start + headers + "\r\n" + sent).encode())
                self.assertLessEqual(received.count(b"HTTP/1."), 1, received)
                if received:
                    self.assertRegex(received.split(b"\r\n")[0], rb"^HTTP/1\.[01] (4\d\d|501)")

    def test_what_is_too_large_is_refused(self):
        head = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        for name, data, statuses in (
            ("body", head + "Content-Length: 100000000\r\n\r\n" + "x" * 200_000, (b"413",)),
            ("header", head + "X-Long: " + "x" * 100_000 + "\r\n\r\n", (b"431", b"400")),
            ("target", f"GET /{'x' * 100_000} HTTP/1.1\r\n\r\n", (b"414", b"431", b"400")),
        ):
            with self.subTest(name):
                received = self.raw(data.encode())
                if received:  # the close may overtake the answer
                    self.assertIn(received.split()[1], statuses)

    def test_a_broken_body_is_a_problem_document(self):
        for body in (b"", b"{", b"[]", b'{"user": 1}', b'"x"', b"\xff\xfe", b'{"user": "a"' * 2000):
            answer = api_client.exchange(
                self.varde, "POST", "/api/v1/session", body, {"Content-Type": "application/json"}
            )
            self.assertIn(answer.status, (400, 413, 415, 422), body[:20])
            self.assertIn("application/problem+json", answer.header("content-type"))

    def test_plain_http_is_neither_served_nor_redirected(self):
        with socket.create_connection(self.varde.address("https"), timeout=10) as connection:
            connection.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
            received = b""
            try:
                while more := connection.recv(4096):
                    received += more
            except ConnectionError:
                pass
        self.assertNotIn(b"Location", received)
        self.assertNotIn(b" 200 ", received[:20])

    def test_metrics_are_not_for_strangers_and_name_nobody(self):
        self.assertEqual(api_client.exchange(self.varde, "GET", "/metrics").status, 404)
        host, port = self.varde.address("metrics")
        with socket.create_connection((host, port), timeout=10) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = b""
            while more := connection.recv(65536):
                received += more
        self.assertIn(b" 200 ", received[:20])
        self.assertIn(b"# TYPE varde_", received)
        for device in self.varde.demo["devices"]:
            self.assertNotIn(f'"{device["id"]}"'.encode(), received)

    def test_health_and_readiness_are_told(self):
        self.assertEqual(api_client.exchange(self.varde, "GET", "/healthz").status, 200)
        self.assertEqual(api_client.exchange(self.varde, "GET", "/readyz").status, 200)

    def test_the_description_is_served_as_it_stands(self):
        served = api_client.exchange(self.varde, "GET", "/api/v1/openapi.json").json
        self.assertEqual(served, openapi.description().document)

    def test_the_pages_are_served(self):
        for path in ("/", "/felt"):
            answer = api_client.exchange(self.varde, "GET", path)
            self.assertEqual(answer.status, 200, path)
            self.assertIn("text/html", answer.header("content-type"))


if __name__ == "__main__":
    unittest.main()
