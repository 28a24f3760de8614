// A server that greets well and then breaks the protocol: the command fails, nothing crashes, and
// the connection looks for a better server.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <string>

#include "redis/connection.hpp"
#include "redis/live_redis.hpp"

namespace varde::redis {
namespace {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

constexpr std::string_view greeting =
    "*2\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n*1\r\n$6\r\nmaster\r\n+PONG\r\n";

/// Answers what arrives with the next of its lines; when it has no more, it closes.
class scripted_server {
 public:
  scripted_server(asio::io_context& io, std::list<std::string> lines)
      : acceptor_(io, local::endpoint{path()}), lines_(std::move(lines)) {
    accept();
  }
  [[nodiscard]] endpoint where() const { return {.unix_path = path()}; }
  [[nodiscard]] int visits() const { return visits_; }

 private:
  struct visitor {
    explicit visitor(local::socket s, std::list<std::string> l)
        : socket(std::move(s)), lines(std::move(l)) {}
    local::socket socket;
    std::list<std::string> lines;
    std::array<char, 4096> buffer{};
  };

  [[nodiscard]] std::string path() const { return (directory_.path() / "s").string(); }

  void accept() {
    acceptor_.async_accept([this](base::error_code error, local::socket socket) {
      if (error) return;
      ++visits_;
      serve(std::make_shared<visitor>(std::move(socket), lines_));
      accept();
    });
  }
  static void serve(const std::shared_ptr<visitor>& v) {
    v->socket.async_read_some(asio::buffer(v->buffer), [v](base::error_code error, std::size_t) {
      if (error || v->lines.empty()) return;
      asio::write(v->socket, asio::buffer(v->lines.front()), error);
      v->lines.pop_front();
      if (!v->lines.empty()) serve(v);
    });
  }

  test::scratch_directory directory_;
  local::acceptor acceptor_;
  const std::list<std::string> lines_;
  int visits_ = 0;
};

class hostile_server_test : public testing::Test {
 protected:
  void expect_lost(const std::string& answer, errc why) {
    scripted_server server(io_, {std::string(greeting), answer, ""});
    const auto connection =
        test::connect(io_, server.where(), test::options_with([](connection_options& options) {
                        options.replies = {.bytes_max = 1000, .elements_max = 100};
                        options.reply_limit = std::chrono::milliseconds{100};
                      }));
    EXPECT_EQ(test::ask(io_, *connection, {"GET", "key"}).error(), errc::lost);
    EXPECT_EQ(connection->last_error(), why);
  }
  asio::io_context io_;
};

TEST_F(hostile_server_test, garbage_ends_the_connection) {
  expect_lost("SSH-2.0-OpenSSH_9.2\r\n", errc::malformed_reply);
}
TEST_F(hostile_server_test, an_endless_array_ends_the_connection) {
  expect_lost("*2147483647\r\n", errc::malformed_reply);
}
TEST_F(hostile_server_test, an_oversized_string_ends_the_connection) {
  expect_lost("$1001\r\n" + std::string(1001, 'x'), errc::malformed_reply);
}
TEST_F(hostile_server_test, a_reply_nobody_asked_for_ends_the_connection) {
  scripted_server server(io_, {std::string(greeting) + "+one too many\r\n"});
  const auto connection = connection::create(io_, server.where());
  connection->start();
  ASSERT_TRUE(
      test::run_until(io_, [&] { return connection->last_error() == errc::malformed_reply; }));
}
TEST_F(hostile_server_test, half_a_reply_times_out) { expect_lost("$10\r\nabc", errc::timed_out); }

TEST_F(hostile_server_test, a_server_that_accepts_and_is_silent_is_tried_again) {
  scripted_server server(io_, {"", ""});
  const auto connection =
      connection::create(io_, server.where(), test::options_with([](connection_options& options) {
                           options.connect_limit = std::chrono::milliseconds{50};
                           options.back_off_min = std::chrono::milliseconds{5};
                         }));
  connection->start();
  ASSERT_TRUE(test::run_until(io_, [&] { return server.visits() >= 3; }));
  EXPECT_EQ(connection->last_error(), errc::timed_out);
}

TEST_F(hostile_server_test, an_old_server_is_not_accepted) {
  scripted_server server(io_, {"*2\r\n$7\r\nversion\r\n$5\r\n6.2.9\r\n"});
  const auto connection = connection::create(io_, server.where());
  connection->start();
  ASSERT_TRUE(
      test::run_until(io_, [&] { return connection->last_error() == errc::version_too_old; }));
}

TEST_F(hostile_server_test, a_greeting_of_a_wrong_shape_is_not_accepted) {
  scripted_server server(io_, {":1\r\n:2\r\n:3\r\n"});
  const auto connection = connection::create(io_, server.where());
  connection->start();
  ASSERT_TRUE(
      test::run_until(io_, [&] { return connection->last_error() == errc::malformed_reply; }));
}

}  // namespace
}  // namespace varde::redis
