// The web server from outside: what a stranger, a broken peer and a slow one get.
#include <gtest/gtest.h>

#include <fstream>

#include "http/problem.hpp"
#include "support/raw_client.hpp"
#include "support/web_fixture.hpp"

namespace varde::test {
namespace {

using http::method;

class http_server : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(pages / "assets");
    std::filesystem::create_directories(pages / "felt");
    write("index.html", "<!doctype html><title>console</title>");
    write("felt/index.html", "<!doctype html><title>field</title>");
    write("felt/sw.js", "self.oninstall = null;");
    write("assets/app-4fe1c2.js", "export {};");
    web.options.console_dir = pages;
  }

  void write(const std::string& name, std::string_view content) {
    std::ofstream{pages / name} << content;
  }

  void start() {
    auto& routes = web.server().routes();
    routes.route(method::get, "/api/hello", [](const http::exchange_pointer& e) {
      e->answer(http::json_response("{\"hello\":true}"));
    });
    routes.route(method::post, "/api/echo/{name}", [](const http::exchange_pointer& e) {
      e->answer(http::json_response(std::string{e->in().parameter("name")} + ":" + e->in().body));
    });
    routes.route(method::get, "/api/later", [this](const http::exchange_pointer& e) {
      web.web.post([e] { e->answer(http::no_content()); });
    });
    routes.route(method::get, "/api/dropped", [](const http::exchange_pointer&) {});
    routes.route(method::get, "/api/never",
                 [this](const http::exchange_pointer& e) { kept.push_back(e); });
    web.server().set_tile_origins("https://*.tiles.example https://map.example");
    ASSERT_TRUE(web.start());
  }

  raw_response ask(const std::string& request) {
    raw_client client{web.https_port()};
    const auto out = client.ask(request);
    EXPECT_TRUE(out) << request.substr(0, 200);
    return out.value_or(raw_response{});
  }
  static std::string simple(std::string_view verb, std::string_view target) {
    return std::string{verb} + " " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  web_fixture web;
  std::filesystem::path pages = web.scratch.path() / "dist";
  std::vector<http::exchange_pointer> kept;
};

void expect_security_headers(const raw_response& r) {
  EXPECT_EQ(r.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
  const auto csp = r.header("content-security-policy");
  EXPECT_NE(csp.find("default-src 'self';"), std::string::npos);
  EXPECT_NE(csp.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(csp.find("img-src 'self' data: https://*.tiles.example https://map.example;"),
            std::string::npos);
  EXPECT_EQ(csp.find("unsafe"), std::string::npos);
  EXPECT_EQ(r.header("cross-origin-opener-policy"), "same-origin");
  EXPECT_EQ(r.header("cross-origin-resource-policy"), "same-origin");
  EXPECT_EQ(r.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(r.header("referrer-policy"), "no-referrer");
  EXPECT_FALSE(r.has("server"));
  EXPECT_TRUE(r.has("date"));
}

TEST_F(http_server, every_response_bears_the_security_headers_errors_included) {
  start();
  for (const auto& [request, status] : std::vector<std::pair<std::string, int>>{
           {simple("GET", "/"), 200},
           {simple("GET", "/api/hello"), 200},
           {simple("GET", "/api/later"), 204},
           {simple("GET", "/api/dropped"), 500},
           {simple("GET", "/api/nothing"), 404},
           {simple("DELETE", "/api/hello"), 405},
           {simple("TRACE", "/api/hello"), 405},
           {simple("GET", "hello"), 400},
           {"GET /api/hello HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n", 413},
           {"GET /api/hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n",
            431},
           {"GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n", 414},
           {"nonsense\r\n\r\n", 400}}) {
    const auto r = ask(request);
    EXPECT_EQ(r.status, status) << request.substr(0, 60);
    expect_security_headers(r);
  }
}

TEST_F(http_server, an_error_is_a_problem_document_that_nothing_stores) {
  start();
  const auto r = ask(simple("GET", "/api/nothing"));
  EXPECT_EQ(r.header("content-type"), "application/problem+json");
  EXPECT_EQ(r.header("cache-control"), "no-store");
  EXPECT_EQ(
      r.body,
      R"({"type":"/problems/not_found","title":"There is no such thing","status":404,"detail":"","code":"not_found"})");
}

TEST_F(http_server, only_declared_methods_work_and_405_says_which) {
  start();
  for (const auto* verb :
       {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"}) {
    const auto r = ask(simple(verb, "/api/hello"));
    EXPECT_EQ(r.status, 405) << verb;
    EXPECT_EQ(r.header("allow"), "GET, HEAD") << verb;
  }
  EXPECT_EQ(ask(simple("POST", "/")).header("allow"), "GET, HEAD");
}

TEST_F(http_server, head_has_the_headers_of_get_and_no_content) {
  start();
  raw_client client{web.https_port()};
  const auto head = client.ask(simple("HEAD", "/api/hello"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("content-length"), "14");
  const auto get = client.ask(simple("GET", "/api/hello"));
  ASSERT_TRUE(get);
  EXPECT_EQ(get->body, "{\"hello\":true}");
}

TEST_F(http_server, a_message_with_two_boundaries_is_refused_and_the_connection_closed) {
  start();
  const std::string start_line = "POST /api/echo/a HTTP/1.1\r\nHost: localhost\r\n";
  const std::string smuggled = "0\r\n\r\nGET /api/hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const auto& headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: -1\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n", "Content-Length: 99999999999999999999\r\n"}) {
    raw_client client{web.https_port()};
    const auto r = client.ask(start_line + headers + "\r\n" + smuggled);
    ASSERT_TRUE(r) << headers;
    EXPECT_EQ(r->status, 400) << headers;
    EXPECT_EQ(r->header("connection"), "close") << headers;
    EXPECT_FALSE(client.receive()) << headers;
    EXPECT_TRUE(client.closed()) << headers;
  }
}

TEST_F(http_server, a_bad_chunk_is_refused) {
  start();
  const auto r =
      ask("POST /api/echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
          "chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(r.status, 400);
}

TEST_F(http_server, a_chunked_body_is_taken_up_to_the_limit) {
  web.options.bounds.body_bytes_max = 16;
  start();
  const std::string head =
      "POST /api/echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(ask(head + "5\r\nhello\r\n0\r\n\r\n").body, "a:hello");
  EXPECT_EQ(ask(head + "11\r\n12345678901234567\r\n0\r\n\r\n").status, 413);
}

TEST_F(http_server, the_body_limit_holds_to_the_byte) {
  web.options.bounds.body_bytes_max = 16;
  start();
  const auto post = [](std::size_t size) {
    return "POST /api/echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'x');
  };
  EXPECT_EQ(ask(post(16)).status, 200);
  EXPECT_EQ(ask(post(17)).status, 413);
}

TEST_F(http_server, one_host_is_needed) {
  start();
  EXPECT_EQ(ask("GET /api/hello HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET /api/hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status, 400);
}

TEST_F(http_server, expect_continue_is_answered_before_the_body_is_read) {
  start();
  raw_client client{web.https_port()};
  client.send(
      "POST /api/echo/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const auto go_on = client.receive();
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  const auto r = client.ask("hi");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->body, "a:hi");
  EXPECT_EQ(ask("POST /api/echo/a HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n")
                .status,
            417);
}

TEST_F(http_server, what_nobody_will_read_is_refused_without_continue) {
  start();
  const auto r = ask(
      "POST /api/none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(r.header("connection"), "close");
}

TEST_F(http_server, pipelined_requests_are_answered_in_order) {
  start();
  raw_client client{web.https_port()};
  client.send(simple("GET", "/api/later") + simple("GET", "/api/hello") +
              simple("GET", "/api/nothing"));
  EXPECT_EQ(client.receive().value_or(raw_response{}).status, 204);
  EXPECT_EQ(client.receive().value_or(raw_response{}).status, 200);
  EXPECT_EQ(client.receive().value_or(raw_response{}).status, 404);
}

TEST_F(http_server, a_slow_header_gets_408_and_the_connection_closes) {
  web.options.bounds.header_timeout = std::chrono::milliseconds{100};
  start();
  raw_client client{web.https_port()};
  const auto r = client.ask("GET /api/hello HTTP/1.1\r\nHos");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 408);
  EXPECT_TRUE(client.closed());
}

TEST_F(http_server, a_slow_body_gets_408) {
  web.options.bounds.body_timeout = std::chrono::milliseconds{100};
  start();
  raw_client client{web.https_port()};
  const auto r = client.ask("POST /api/echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 408);
}

TEST_F(http_server, an_idle_connection_and_a_silent_handshake_are_closed) {
  web.options.bounds.idle_timeout = std::chrono::milliseconds{100};
  web.options.bounds.handshake_timeout = std::chrono::milliseconds{100};
  start();
  raw_client idle{web.https_port()};
  EXPECT_TRUE(idle.closed());
  raw_client silent{web.https_port(), false};
  EXPECT_TRUE(silent.closed());
}

TEST_F(http_server, a_handler_that_never_answers_is_answered_for) {
  web.options.bounds.answer_timeout = std::chrono::milliseconds{100};
  start();
  EXPECT_EQ(ask(simple("GET", "/api/never")).status, 503);
  web.on_web_thread([this] { kept.clear(); });
}

TEST_F(http_server, plain_http_to_the_tls_port_is_closed_without_an_answer) {
  start();
  raw_client client{web.https_port(), false};
  client.send(simple("GET", "/api/hello"));
  const auto r = client.receive();
  EXPECT_FALSE(r);
  EXPECT_TRUE(client.closed());
}

TEST_F(http_server, old_tls_is_refused) {
  start();
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  raw_client under{web.https_port(), false};
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, under.descriptor());
  EXPECT_NE(SSL_connect(ssl), 1);
  SSL_free(ssl);
  SSL_CTX_free(context);
}

TEST_F(http_server, connections_beyond_the_limit_are_closed_at_once) {
  web.options.bounds.connections_max = 2;
  start();
  raw_client first{web.https_port()}, second{web.https_port()};
  EXPECT_EQ(first.ask(simple("GET", "/api/hello")).value_or(raw_response{}).status, 200);
  raw_client third{web.https_port(), false};
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(second.ask(simple("GET", "/api/hello")).value_or(raw_response{}).status, 200);
}

TEST_F(http_server, pages_come_with_their_type_and_caching) {
  start();
  const auto index = ask(simple("GET", "/"));
  EXPECT_EQ(index.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(index.header("cache-control"), "no-cache");
  EXPECT_EQ(ask(simple("GET", "/felt")).body, "<!doctype html><title>field</title>");
  EXPECT_EQ(ask(simple("GET", "/felt/")).body, "<!doctype html><title>field</title>");
  EXPECT_EQ(ask(simple("GET", "/felt/sw.js")).header("content-type"),
            "text/javascript; charset=utf-8");
  const auto hashed = ask(simple("GET", "/assets/app-4fe1c2.js"));
  EXPECT_EQ(hashed.header("cache-control"), "public, max-age=31536000, immutable");
  const auto again =
      ask("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + index.header("etag") + "\r\n\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
}

TEST_F(http_server, no_path_climbs_out_of_the_pages) {
  std::ofstream{web.scratch.path() / "secret.txt"} << "secret";
  start();
  for (const auto* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt",
                           "/..%2fsecret.txt", "//secret.txt", "/%00"})
    EXPECT_NE(ask(simple("GET", path)).status, 200) << path;
}

TEST_F(http_server, metrics_and_health_stand_on_their_own_plain_listener) {
  start();
  bool ready = false;
  web.on_web_thread([&] {
    web.server().on_ready([&] { return http::readiness{ready, {"the ledger is away"}}; });
  });
  raw_client client{web.metrics_port(), false};
  const auto metrics = client.ask(simple("GET", "/metrics"));
  ASSERT_TRUE(metrics);
  EXPECT_NE(metrics->body.find("varde_http_requests_total"), std::string::npos);
  EXPECT_EQ(client.ask(simple("GET", "/healthz")).value_or(raw_response{}).status, 200);
  EXPECT_EQ(client.ask(simple("GET", "/readyz")).value_or(raw_response{}).status, 503);
  web.on_web_thread([&] { ready = true; });
  const auto degraded = client.ask(simple("GET", "/readyz")).value_or(raw_response{});
  EXPECT_EQ(degraded.status, 200);
  EXPECT_EQ(degraded.body, R"({"status":"ready","degraded":["the ledger is away"]})");
  EXPECT_EQ(ask(simple("GET", "/readyz")).body, R"({"status":"ready"})");
  EXPECT_EQ(client.ask(simple("GET", "/api/hello")).value_or(raw_response{}).status, 404);
  EXPECT_EQ(ask(simple("GET", "/metrics")).status, 404);
}

TEST_F(http_server, draining_ends_connections_and_takes_no_new_ones) {
  start();
  raw_client idle{web.https_port()};
  EXPECT_EQ(idle.ask(simple("GET", "/api/hello")).value_or(raw_response{}).status, 200);
  const int port = web.https_port();
  web.on_web_thread([&] { web.server().stop_accepting(); });
  EXPECT_TRUE(idle.closed());
  EXPECT_THROW((raw_client{port, false}), std::runtime_error);
}

TEST_F(http_server, a_bad_start_is_an_error_that_says_what) {
  web.options.key_file = "/nonexistent";
  EXPECT_FALSE(web.start());
  web_fixture other;
  other.options.https = "localhost";
  EXPECT_FALSE(other.start());
}

}  // namespace
}  // namespace varde::test
