// The connection against a real server: order, bounds, errors as values, and loss.
#include "redis/connection.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "redis/live_redis.hpp"

namespace varde::redis {
namespace {

using test::ask;
using test::run_until;

class connection_test : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<test::live_redis>(); }
  static void TearDownTestSuite() { server_.reset(); }

  static std::unique_ptr<test::live_redis> server_;
  boost::asio::io_context io_;
};
std::unique_ptr<test::live_redis> connection_test::server_;

TEST_F(connection_test, answers_come_in_the_order_of_the_commands) {
  const auto connection = test::connect(io_, server_->where());
  std::vector<std::string> answers;
  for (int i = 0; i < 1000; ++i)
    connection->send({"ECHO", std::to_string(i)},
                     [&](base::result<reply> r) { answers.push_back(r->text); });
  ASSERT_TRUE(run_until(io_, [&] { return answers.size() == 1000; }));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(answers[i], std::to_string(i));
}

TEST_F(connection_test, any_bytes_come_back_as_they_went) {
  const auto connection = test::connect(io_, server_->where());
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  all += "\r\n$5\r\n*1\r\n";
  ASSERT_TRUE(ask(io_, *connection, {"SET", all, all}));
  EXPECT_EQ(ask(io_, *connection, {"GET", all})->text, all);
}

TEST_F(connection_test, every_kind_of_reply_is_told_apart) {
  const auto connection = test::connect(io_, server_->where());
  EXPECT_TRUE(ask(io_, *connection, {"PING"})->is(reply::kind::status));
  EXPECT_TRUE(ask(io_, *connection, {"GET", "absent"})->is(reply::kind::nil));
  EXPECT_EQ(ask(io_, *connection, {"INCR", "number"})->integer, 1);
  const auto nested =
      ask(io_, *connection, {"EVAL", "return {1,{'a',redis.error_reply('X y')},{}}", "0"});
  ASSERT_EQ(nested->elements.size(), 3u);
  EXPECT_EQ(nested->elements[1].elements[0].text, "a");
  EXPECT_TRUE(nested->elements[1].elements[1].is(reply::kind::error));
  EXPECT_TRUE(nested->elements[2].is(reply::kind::array));
}

TEST_F(connection_test, an_error_reply_is_an_error_value) {
  const auto connection = test::connect(io_, server_->where());
  EXPECT_EQ(ask(io_, *connection, {"NOSUCH"}).error(), errc::server_error);
  EXPECT_EQ(ask(io_, *connection, {"FCALL", "nosuch", "0"}).error(), errc::function_missing);
}

TEST_F(connection_test, beyond_the_bound_a_command_is_refused_and_the_others_are_answered) {
  const auto connection = test::connect(io_, server_->where(),
                                        test::options_with([](auto& o) { o.in_flight_max = 10; }));
  int answered = 0, refused = 0;
  for (int i = 0; i < 12; ++i)
    connection->send({"PING"}, [&](base::result<reply> r) {
      if (r)
        ++answered;
      else if (r.error() == errc::too_many_in_flight)
        ++refused;
    });
  ASSERT_TRUE(run_until(io_, [&] { return answered + refused == 12; }));
  EXPECT_EQ(refused, 2);
}

TEST_F(connection_test, beyond_the_bound_on_bytes_a_command_is_refused) {
  const auto connection = test::connect(
      io_, server_->where(), test::options_with([](auto& o) { o.in_flight_bytes_max = 1000; }));
  EXPECT_EQ(ask(io_, *connection, {"SET", "large", std::string(1000, 'x')}).error(),
            errc::too_many_in_flight);
  EXPECT_TRUE(ask(io_, *connection, {"SET", "small", std::string(900, 'x')}));
}

TEST_F(connection_test, before_it_is_connected_a_command_fails_at_once) {
  const auto connection = connection::create(io_, server_->where());
  EXPECT_EQ(ask(io_, *connection, {"PING"}).error(), errc::not_connected);
}

TEST_F(connection_test, stopping_completes_what_is_in_flight) {
  const auto connection = test::connect(io_, server_->where());
  std::optional<base::result<reply>> answer;
  connection->send({"BLPOP", "never", "0"}, [&](base::result<reply> r) { answer = std::move(r); });
  connection->stop();
  ASSERT_TRUE(run_until(io_, [&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error(), errc::stopped);
}

TEST_F(connection_test, a_server_that_is_silent_is_given_up_and_found_again) {
  const auto connection = test::connect(io_, server_->where(), test::options_with([](auto& o) {
                                          o.reply_limit = std::chrono::milliseconds{200};
                                        }));
  std::vector<bool> states;
  connection->on_state([&](bool up) { states.push_back(up); });
  EXPECT_EQ(ask(io_, *connection, {"BLPOP", "never", "0"}).error(), errc::lost);
  EXPECT_EQ(connection->last_error(), errc::timed_out);
  ASSERT_TRUE(run_until(io_, [&] { return connection->connected(); }));
  EXPECT_EQ(states, (std::vector<bool>{false, true}));
}

TEST_F(connection_test, a_killed_server_loses_what_is_in_flight_and_is_found_again) {
  test::live_redis own;
  const auto connection = test::connect(io_, own.where());
  ASSERT_TRUE(ask(io_, *connection, {"SET", "kept", "yes"}));
  std::optional<base::result<reply>> answer;
  connection->send({"BLPOP", "never", "0"}, [&](base::result<reply> r) { answer = std::move(r); });
  ASSERT_EQ(kill(own.process().pid(), SIGKILL), 0);
  ASSERT_TRUE(run_until(io_, [&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error(), errc::lost);
  ASSERT_TRUE(run_until(io_, [&] { return connection->connected(); }));
  EXPECT_EQ(ask(io_, *connection, {"GET", "kept"})->text, "yes");
}

TEST_F(connection_test, a_replica_is_not_accepted) {
  test::live_redis replica;
  const auto connection = test::connect(io_, replica.where());
  ASSERT_TRUE(ask(io_, *connection, {"REPLICAOF", "127.0.0.1", "1"}));
  EXPECT_EQ(ask(io_, *connection, {"SET", "a", "b"}).error(), errc::read_only);
  ASSERT_TRUE(run_until(io_, [&] { return !connection->connected(); }));
  ASSERT_TRUE(run_until(io_, [&] { return connection->last_error() == errc::not_master; }));
}

TEST_F(connection_test, an_account_with_few_rights_can_enter_and_is_told_its_limits) {
  const auto administrator = test::connect(io_, server_->where());
  ASSERT_TRUE(ask(io_, *administrator,
                  {"ACL", "SETUSER", "varde", "on", ">s3cret", "~v:*", "+get", "+role", "+ping"}));
  auto where = server_->where();
  where.user = "varde";
  where.password = "s3cret";
  const auto connection = test::connect(io_, where);
  EXPECT_TRUE(ask(io_, *connection, {"GET", "v:x"}));
  EXPECT_EQ(ask(io_, *connection, {"SET", "v:x", "y"}).error(), errc::no_permission);
  where.password = "wrong";
  const auto refused = connection::create(io_, where);
  refused->start();
  ASSERT_TRUE(run_until(io_, [&] { return refused->last_error() == errc::wrong_password; }));
  EXPECT_FALSE(refused->connected());
}

}  // namespace
}  // namespace varde::redis
