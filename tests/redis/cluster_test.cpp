// A real cluster of three masters: every key is found, the order of a slot is kept while it moves,
// and a lost master is replaced.
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>

#include "redis/connection.hpp"
#include "redis/slot.hpp"
#include "support/redis_processes.hpp"

namespace varde::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using steady = std::chrono::steady_clock;
using test::ask;
using test::run_until;

std::shared_ptr<connection> connect(boost::asio::io_context& io, const endpoint& where) {
  connection_options options;
  options.reply_limit = milliseconds{3'000};
  auto made = connection::create(io, where, options);
  made->start();
  EXPECT_TRUE(run_until(io, [&] { return made->connected(); })) << made->last_error().message();
  return made;
}

class cluster_test : public testing::Test {
 protected:
  static void SetUpTestSuite() { redis_ = std::make_unique<test::clustered_redis>(); }
  static void TearDownTestSuite() { redis_.reset(); }

  /// A hash tag whose slot belongs at first to the node, found from a number on.
  static std::string tag_of(std::size_t node, int from = 0) {
    const auto share = slot_count / test::clustered_redis::master_count + 1;
    for (int i = from;; ++i)
      if (slot_of(std::to_string(i)) / share == node) return std::to_string(i);
  }

  std::string id_of(std::size_t node) {
    return ask(io_, *test::connect_to(io_, redis_->node(node)), {"CLUSTER", "MYID"})->text;
  }
  void tell(std::size_t node, const arguments& command) {
    EXPECT_TRUE(ask(io_, *test::connect_to(io_, redis_->node(node)), command)) << command[2];
  }

  static std::unique_ptr<test::clustered_redis> redis_;
  boost::asio::io_context io_;
};
std::unique_ptr<test::clustered_redis> cluster_test::redis_;

TEST_F(cluster_test, every_key_finds_its_node) {
  const auto link = connect(io_, redis_->where());
  int stored = 0;
  for (int i = 0; i < 300; ++i) {
    const auto key = "v:{m" + std::to_string(i) + "}:k";
    link->send({"SET", key, std::to_string(i)}, [](const auto&) {});
    link->send({"GET", key}, [&, i](const auto& r) { stored += r->text == std::to_string(i); });
  }
  ASSERT_TRUE(run_until(io_, [&] { return link->in_flight() == 0; }));
  EXPECT_EQ(stored, 300);
}

TEST_F(cluster_test, a_library_is_loaded_into_every_master) {
  const auto link = connect(io_, redis_->where());
  ASSERT_TRUE(ask(io_, *link,
                  {"FUNCTION", "LOAD", "REPLACE",
                   "#!lua name=t\nredis.register_function('t', function() return 7 end)"}));
  for (std::size_t node = 0; node < 3; ++node)
    EXPECT_EQ(ask(io_, *link, {"FCALL", "t", "1", "{" + tag_of(node) + "}"})->integer, 7);
}

TEST_F(cluster_test, streams_on_different_masters_are_read_by_one_command) {
  const auto link = connect(io_, redis_->where());
  arguments read{"XREAD", "BLOCK", "60000", "STREAMS"};
  for (std::size_t node = 0; node < 3; ++node) read.push_back("{" + tag_of(node) + "}:stream");
  for (int i = 0; i < 3; ++i) read.emplace_back("0");
  std::optional<base::result<reply>> answer;
  link->send(read, [&](auto r) { answer = std::move(r); });
  ASSERT_TRUE(ask(io_, *link, {"XADD", "{" + tag_of(1) + "}:stream", "*", "f", "v"}));
  ASSERT_TRUE(run_until(io_, [&] { return answer.has_value(); }));
  ASSERT_EQ((*answer)->elements.size(), 1u);
  EXPECT_EQ((*answer)->elements[0].elements[0].text, "{" + tag_of(1) + "}:stream");
}

TEST_F(cluster_test, a_read_of_streams_that_do_not_grow_ends_with_nothing) {
  const auto link = connect(io_, redis_->where());
  const auto nothing =
      ask(io_, *link, {"XREAD", "BLOCK", "100", "STREAMS", "{a}none", "{b}none", "0", "0"});
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->is(reply::kind::nil));
}

TEST_F(cluster_test, a_transaction_goes_where_its_keys_are) {
  const auto link = connect(io_, redis_->where());
  for (std::size_t node = 0; node < 3; ++node) {
    const auto key = "{" + tag_of(node) + "}:both";
    link->send({"MULTI"}, [](const auto&) {});
    link->send({"SET", key, "1"}, [](const auto&) {});
    link->send({"INCR", key}, [](const auto&) {});
    const auto both = ask(io_, *link, {"EXEC"});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->elements.at(1).integer, 2);
  }
}

TEST_F(cluster_test, a_scan_finds_the_keys_of_all_masters) {
  const auto link = connect(io_, redis_->where());
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(ask(io_, *link, {"SET", "scanned:{" + std::to_string(i) + "}", "v"}));
  std::size_t found = 0;
  std::string cursor = "0";
  do {
    const auto page = ask(io_, *link, {"SCAN", cursor, "MATCH", "scanned:*", "COUNT", "10"});
    ASSERT_TRUE(page);
    cursor = page->elements.at(0).text;
    found += page->elements.at(1).elements.size();
  } while (cursor != "0");
  EXPECT_EQ(found, 50u);
  EXPECT_EQ(ask(io_, *link, {"SCAN", "9:0"}).error(), errc::server_error);
}

TEST_F(cluster_test, waiting_for_replicas_answers_with_the_worst) {
  const auto link = connect(io_, redis_->where());
  ASSERT_TRUE(ask(io_, *link, {"SET", "waited", "for"}));
  EXPECT_EQ(ask(io_, *link, {"WAIT", "1", "10"})->integer, 0);
}

TEST_F(cluster_test, the_order_of_a_slot_is_kept_while_it_moves) {
  const auto tag = tag_of(0, 1'000);  // whose slot no other test uses
  const auto slot = std::to_string(slot_of(tag));
  const auto key = "{" + tag + "}:list";
  const auto link = connect(io_, redis_->where());
  std::vector<bool> states;
  link->on_state([&](bool up) { states.push_back(up); });
  int sent = 0, taken = 0;
  bool moving = true;
  std::function<void()> push = [&] {
    link->send({"RPUSH", key, std::to_string(sent++)}, [&](const base::result<reply>& r) {
      if (r) ++taken;
      if (moving) push();
    });
  };
  for (int i = 0; i < 20; ++i) push();

  const auto from = id_of(0), to = id_of(1);
  tell(1, {"CLUSTER", "SETSLOT", slot, "IMPORTING", from});
  tell(0, {"CLUSTER", "SETSLOT", slot, "MIGRATING", to});
  tell(0, {"MIGRATE", "127.0.0.1", std::to_string(redis_->node(1).port()), key, "0", "5000"});
  const int before_asked = taken;
  ASSERT_TRUE(run_until(io_, [&] { return taken > before_asked + 50; }));
  for (const std::size_t node : {1, 0, 2}) tell(node, {"CLUSTER", "SETSLOT", slot, "NODE", to});
  const int before_moved = taken;
  ASSERT_TRUE(run_until(io_, [&] { return taken > before_moved + 50; }));
  moving = false;
  ASSERT_TRUE(run_until(io_, [&] { return link->in_flight() == 0; }));

  EXPECT_EQ(taken, sent);
  EXPECT_TRUE(states.empty()) << "a slot that moves is no failover";
  const auto list = ask(io_, *link, {"LRANGE", key, "0", "-1"});
  ASSERT_EQ(list->elements.size(), static_cast<std::size_t>(sent));
  for (int i = 0; i < sent; ++i) ASSERT_EQ(list->elements[i].text, std::to_string(i));
}

class cluster_failover_test : public testing::Test {
 protected:
  /// Writes to every shard until all three take a write, while the first is `struck`; that took so
  /// long from the strike.
  template <class Strike>
  milliseconds until_written_everywhere_after(Strike strike) {
    const auto link = connect(io_, redis_.where());
    std::vector<bool> states;
    link->on_state([&](bool up) { states.push_back(up); });
    strike();
    const auto began = steady::now();
    boost::asio::steady_timer pause(io_);
    bool everywhere = false;
    std::function<void()> write = [&] {
      const auto written = std::make_shared<int>(0);
      for (const auto* key : {"a", "b", "c", "d"})
        link->send({"SET", key, "v"}, [&, written, last = *key == 'd'](const auto& r) {
          *written += r.has_value();
          everywhere = everywhere || (*written == 4 && states.size() >= 2);
          if (!last || everywhere) return;
          pause.expires_after(milliseconds{5});
          pause.async_wait([&](base::error_code) { write(); });
        });
    };
    write();
    EXPECT_TRUE(run_until(io_, [&] { return everywhere; }));
    EXPECT_EQ(states, (std::vector<bool>{false, true}));
    EXPECT_EQ(ask(io_, *link, {"WAIT", "0", "10"})->integer, 0);  // the one without a replica now
    return std::chrono::duration_cast<milliseconds>(steady::now() - began);
  }

  test::clustered_redis redis_{1};
  boost::asio::io_context io_;
};

TEST_F(cluster_failover_test, a_dead_master_s_keys_are_served_by_its_replica) {
  const auto took = until_written_everywhere_after([&] { redis_.node(0).kill(); });
  RecordProperty("usable_again_ms", static_cast<int>(took.count()));
  EXPECT_LE(took, seconds{5});
}

TEST_F(cluster_failover_test, a_master_that_hangs_is_left_for_its_replica) {
  const auto took = until_written_everywhere_after([&] { redis_.node(0).freeze(); });
  RecordProperty("usable_again_ms", static_cast<int>(took.count()));
  EXPECT_LE(took, seconds{5});
  redis_.node(0).thaw();
}

}  // namespace
}  // namespace varde::redis
