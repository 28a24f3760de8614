// WebSockets from outside: who may open one, what is too much, and how it ends.
#include <gtest/gtest.h>

#include <atomic>

#include "http/problem.hpp"
#include "support/raw_client.hpp"
#include "support/web_fixture.hpp"

namespace varde::test {
namespace {

class websocket : public ::testing::Test {
 protected:
  void start() {
    web.server().routes().route_websocket("/live", [this](const http::request& in) {
      http::upgrade_verdict verdict;
      if (!http::session_token(in)) verdict.refusal = http::problem(401, "not_signed_in", "No");
      verdict.on_open = [this](http::websocket_pointer socket) {
        opened = socket;
        socket->on_message([socket = std::weak_ptr{socket}](std::string_view text) {
          if (const auto s = socket.lock())
            s->send(std::make_shared<const std::string>("echo " + std::string{text}));
        });
        socket->on_close([this] { ++closings; });
      };
      return verdict;
    });
    ASSERT_TRUE(web.start());
  }
  std::string upgrade(const std::string& origin_header,
                      const std::string& cookie = "Cookie: __Host-varde=t\r\n") {
    return "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           "Sec-WebSocket-Extensions: permessage-deflate\r\n" +
           origin_header + cookie + "\r\n";
  }
  std::string our_upgrade() { return upgrade("Origin: " + web.origin() + "\r\n"); }
  int status_of(const std::string& request) {
    raw_client client{web.https_port()};
    return client.ask(request).value_or(raw_response{}).status;
  }

  web_fixture web;
  http::websocket_pointer opened;
  std::atomic<int> closings = 0;
};

TEST_F(websocket, opens_for_our_own_origin_without_compression) {
  start();
  raw_client client{web.https_port()};
  const auto r = client.ask(our_upgrade());
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 101);
  EXPECT_FALSE(r->has("sec-websocket-extensions"));
  EXPECT_EQ(r->header("server"), "varde");
  EXPECT_EQ(r->header("x-content-type-options"), "nosniff");
  EXPECT_TRUE(r->has("strict-transport-security"));
  client.send_text("hi");
  EXPECT_EQ(client.receive_frame().value_or(raw_frame{}).payload, "echo hi");
}

TEST_F(websocket, is_refused_to_every_other_origin) {
  start();
  const auto ours = web.origin();
  EXPECT_EQ(status_of(upgrade("")), 403);
  for (const auto& origin :
       {std::string{"null"}, std::string{"https://evil.example"}, ours + ".evil.example",
        ours + "0", "https://evil.example/" + ours, "http" + ours.substr(5), ours + "/",
        std::string{" "}, ours + ", https://evil.example"})
    EXPECT_EQ(status_of(upgrade("Origin: " + origin + "\r\n")), 403) << origin;
}

TEST_F(websocket, is_refused_without_a_session) {
  start();
  EXPECT_EQ(status_of(upgrade("Origin: " + web.origin() + "\r\n", "")), 401);
  EXPECT_EQ(status_of(upgrade("Origin: " + web.origin() + "\r\n",
                              "Cookie: __Host-varde=a; __Host-varde=b\r\n")),
            401);
}

TEST_F(websocket, a_plain_get_is_told_to_upgrade) {
  start();
  raw_client client{web.https_port()};
  const auto r = client.ask("GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 426);
  EXPECT_EQ(r->header("upgrade"), "websocket");
}

TEST_F(websocket, over_plain_tcp_there_is_none) {
  start();
  raw_client client{web.metrics_port(), false};
  EXPECT_EQ(client.ask(our_upgrade()).value_or(raw_response{}).status, 404);
}

TEST_F(websocket, a_message_over_the_limit_closes_it) {
  start();
  raw_client client{web.https_port()};
  ASSERT_TRUE(client.ask(our_upgrade()));
  client.send_text(std::string(4 * 1024 + 1, 'x'));
  EXPECT_EQ(client.receive_frame().value_or(raw_frame{}).close_code(), 1009);
}

TEST_F(websocket, binary_floods_and_bad_utf8_close_it) {
  start();
  raw_client binary{web.https_port()};
  ASSERT_TRUE(binary.ask(our_upgrade()));
  binary.send_frame(2, "x");
  EXPECT_EQ(binary.receive_frame().value_or(raw_frame{}).close_code(), 1003);

  raw_client broken{web.https_port()};
  ASSERT_TRUE(broken.ask(our_upgrade()));
  broken.send_text("\xff\xfe");
  EXPECT_EQ(broken.receive_frame().value_or(raw_frame{}).close_code(), 1007);

  raw_client flood{web.https_port()};
  ASSERT_TRUE(flood.ask(our_upgrade()));
  for (int i = 0; i < 100; ++i) flood.send_text("x");
  auto frame = flood.receive_frame();
  while (frame && frame->opcode == 1) frame = flood.receive_frame();
  EXPECT_EQ(frame.value_or(raw_frame{}).close_code(), 1008);
}

TEST_F(websocket, close_sends_what_is_queued_and_then_the_code) {
  start();
  std::optional<raw_client> client{std::in_place, web.https_port()};
  ASSERT_TRUE(client->ask(our_upgrade()));
  client->send_text("x");
  ASSERT_TRUE(client->receive_frame());
  web.on_web_thread([&] {
    opened->send(std::make_shared<const std::string>("bye"));
    opened->close(http::close_code::signed_out, "signed_out");
    opened->send(std::make_shared<const std::string>("after"));
  });
  EXPECT_EQ(client->receive_frame().value_or(raw_frame{}).payload, "bye");
  EXPECT_EQ(client->receive_frame().value_or(raw_frame{}).close_code(), 4401);
  client->send_frame(8, "\x11\x31");
  EXPECT_TRUE(client->closed());
  client.reset();
  EXPECT_TRUE(web.eventually([&] { return closings == 1; }));
}

TEST_F(websocket, a_backlog_over_the_limit_closes_it_but_one_frame_always_goes) {
  web.options.bounds.websocket_backlog_bytes_max = 1024;
  start();
  raw_client client{web.https_port()};
  ASSERT_TRUE(client.ask(our_upgrade()));
  client.send_text("x");
  ASSERT_TRUE(client.receive_frame());
  ASSERT_TRUE(web.eventually([&] { return opened->backlog_bytes() == 0; }));
  web.on_web_thread([&] {
    opened->send(std::make_shared<const std::string>(8 * 1024 * 1024, 'a'));
    opened->send(std::make_shared<const std::string>("dropped"));
  });
  EXPECT_EQ(client.receive_frame().value_or(raw_frame{}).payload.size(), 8u * 1024 * 1024);
  EXPECT_EQ(client.receive_frame().value_or(raw_frame{}).close_code(), 1013);
}

TEST_F(websocket, a_peer_that_answers_no_ping_is_closed) {
  web.options.bounds.websocket_idle_timeout = std::chrono::milliseconds{200};
  start();
  raw_client client{web.https_port()};
  ASSERT_TRUE(client.ask(our_upgrade()));
  EXPECT_TRUE(client.closed());  // closed() reads pings and answers none
  EXPECT_TRUE(web.eventually([&] { return closings == 1; }));
}

TEST_F(websocket, there_are_no_more_than_the_limit) {
  web.options.bounds.websockets_max = 1;
  start();
  raw_client first{web.https_port()};
  ASSERT_TRUE(first.ask(our_upgrade()));
  EXPECT_EQ(status_of(our_upgrade()), 503);
}

}  // namespace
}  // namespace varde::test
