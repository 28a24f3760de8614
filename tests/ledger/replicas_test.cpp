// Waiting for replicas, with a real one: that it had the commits, that a frozen one is waited for
// no longer than the limit, and that its silence makes no commit a failed one.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"
#include "redis/live_replica.hpp"

namespace varde::ledger {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::ask;
using test::commit_of;

class replicas_test : public test::ledger_fixture {
 protected:
  void SetUp() override {
    ledger_fixture::SetUp();
    replica_ = std::make_unique<test::live_replica>(io_, *connection_);
  }
  void TearDown() override { replica_.reset(); }

  void wait_for_replicas(std::size_t replicas, milliseconds limit) {
    writer_ = std::make_unique<writer>(*connection_, writer_options{replicas, limit});
  }

  std::unique_ptr<test::live_replica> replica_;
};

TEST_F(replicas_test, every_answered_commit_says_how_many_had_it) {
  wait_for_replicas(1, milliseconds{5'000});
  const auto results =
      submit({commit_of(municipality_, "r-1", 0), commit_of(municipality_, "r-1", 0),
              commit_of(municipality_ + "-b", "r-1", 0)});
  using enum commit_status;
  const std::vector<commit_status> expected{committed, stale, committed};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(results[i].status, expected[i]) << i;
    EXPECT_EQ(results[i].replicas, 1u) << i;
  }
}

TEST_F(replicas_test, a_frozen_replica_is_waited_for_until_the_limit_and_its_commit_stands) {
  constexpr milliseconds limit{200};
  wait_for_replicas(1, limit);
  replica_->freeze();
  const auto begun = steady_clock::now();
  const auto alone = submit({commit_of(municipality_, "r-1", 0)});
  EXPECT_GE(steady_clock::now() - begun, limit);
  EXPECT_EQ(alone[0].status, commit_status::committed);
  EXPECT_EQ(alone[0].replicas, 0u);
}

TEST_F(replicas_test, a_replica_that_wakes_up_is_counted_again) {
  wait_for_replicas(1, milliseconds{100});
  replica_->freeze();
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0)})[0].replicas, 0u);
  replica_->wake();
  wait_for_replicas(1, milliseconds{5'000});
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 1)})[0].replicas, 1u);
}

TEST_F(replicas_test, more_than_there_are_is_said_as_it_is) {
  // Waited for in vain, so this is how long the one that is there has to answer.
  wait_for_replicas(3, milliseconds{2'000});
  const auto results = submit({commit_of(municipality_, "r-1", 0)});
  EXPECT_EQ(results[0].status, commit_status::committed);
  EXPECT_EQ(results[0].replicas, 1u);
}

TEST_F(replicas_test, without_the_option_nobody_is_asked) {
  ask(io_, *connection_, {"CONFIG", "RESETSTAT"});
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0)})[0].replicas, 0u);
  const auto commands = ask(io_, *connection_, {"INFO", "commandstats"})->text;
  EXPECT_EQ(commands.find("cmdstat_wait:"), std::string::npos) << commands;
}

TEST_F(replicas_test, a_connection_lost_while_waiting_leaves_the_commit_committed) {
  const auto other = test::connect(io_, server_->where());
  wait_for_replicas(1, milliseconds{9'000});
  replica_->freeze();
  std::optional<std::vector<commit_result>> results;
  writer_->submit({commit_of(municipality_, "r-1", 0)}, [&](auto r) { results = std::move(r); });
  ASSERT_TRUE(test::run_until(io_, [&] {
    return ask(io_, *other, {"XLEN", ledger_key(municipality_)})->integer == 1;
  }));
  ASSERT_FALSE(results.has_value());
  ask(io_, *other, {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  ASSERT_TRUE(test::run_until(io_, [&] { return results.has_value(); }));
  EXPECT_EQ(results->at(0).status, commit_status::committed);
  EXPECT_EQ(results->at(0).replicas, 0u);
}

}  // namespace
}  // namespace varde::ledger
