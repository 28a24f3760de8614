// What the engine decides while a batch is under way: for other subjects at once, for the same one
// after its commit, and never in a way that shows, answers or keeps anything twice.
#include <gtest/gtest.h>

#include "alarm/fold.hpp"
#include "core/engine_bench.hpp"

using namespace varde;
using board::command_status;
using test::model_ledger;
using test::node;

namespace {

using tickets = std::vector<std::uint64_t>;

core::engine_options one_flight() {
  core::engine_options options;
  options.flights_max = 1;
  return options;
}

/// A node that is open and sends one batch at a time, on a ledger whose answers are held back.
struct ahead : ::testing::Test {
  ahead() {
    n.engine->open();
    ledger.run();
    ledger.hold = true;
  }
  void answer_one() {
    auto first = std::move(ledger.waiting.front());
    ledger.waiting.pop_front();
    first();
  }

  model_ledger ledger;
  node n{ledger, "node-a", one_flight()};
};

}  // namespace

TEST_F(ahead, what_comes_while_a_batch_is_under_way_leaves_as_soon_as_that_is_back) {
  const int before = ledger.submits;
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  n.signal("d/3", 3, "3");
  EXPECT_EQ(ledger.submits, before + 1);
  EXPECT_EQ(n.engine->ahead(), 2u);
  EXPECT_EQ(n.vault.records.size(), 1u);
  answer_one();
  EXPECT_EQ(n.box.tickets, tickets{1});
  EXPECT_EQ(ledger.submits, before + 2);
  EXPECT_EQ(n.vault.records.size(), 3u);
  answer_one();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2, 3}));
  EXPECT_FALSE(n.engine->under_way());
  ASSERT_EQ(n.published.size(), 3u);
  EXPECT_EQ(n.published[0]->subject(), "r-1");
}

TEST_F(ahead, what_is_about_a_subject_under_way_waits_for_its_commit) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "1");
  n.signal("d/2", 3, "1");
  answer_one();
  EXPECT_EQ(n.box.tickets, tickets{1});
  answer_one();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2, 3}));
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 2u);
}

TEST_F(ahead, a_stale_commit_is_decided_again_before_what_waited_behind_it) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "1");
  // Another node was quicker.
  node other{ledger, "node-b"};
  other.engine->open();
  auto ours = std::move(ledger.waiting);
  ledger.waiting.clear();
  other.signal("d/0", 7, "1");
  ledger.run();
  ASSERT_EQ(ledger.entries["9901.r-1"].size(), 1u);
  ledger.waiting = std::move(ours);
  ledger.run();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2}));
  const auto& all = ledger.entries["9901.r-1"];
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(alarm::signal_of(all[1])->id(), "d/1");
  EXPECT_EQ(alarm::signal_of(all[2])->id(), "d/2");
}

TEST_F(ahead, what_was_decided_ahead_is_kept_with_a_batch_that_has_nowhere_to_go) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  n.signal("d/3", 3, "1");
  n.vault.failing = true;
  ledger.now = model_ledger::fate::lose_before;
  // Its record was on the disk already; the next batch finds neither.
  ledger.run();
  ledger.run();
  EXPECT_EQ(n.box.tickets, tickets{1});
  EXPECT_TRUE(n.engine->stalled());
  n.vault.failing = false;
  ledger.now = model_ledger::fate::answer;
  ledger.hold = false;
  n.engine->ledger_reachable(false);
  n.engine->ledger_reachable(true);
  n.pass(2);
  EXPECT_EQ(n.box.tickets.size(), 3u);
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 2u);
  EXPECT_EQ(ledger.entries["9901.r-2"].size(), 1u);
}

TEST_F(ahead, a_wish_that_is_repeated_while_its_claim_is_under_way_gets_the_same_case) {
  ledger.hold = false;
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  ledger.hold = true;
  std::vector<std::string> taken;
  const auto wish = [&] {
    n.engine->take_next(
        {"key", {"9901"}, test::operator_named("kari"), ""},
        [&](board::command_result r) { taken.push_back(r.now ? r.now->id() : ""); });
    n.engine->flush();
  };
  wish();
  wish();
  n.signal("d/3", 3, "3");
  wish();
  ledger.run();
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken[0], "9901.r-1.1");
  EXPECT_EQ(taken[1], taken[0]);
  EXPECT_EQ(taken[2], taken[0]);
}

TEST_F(ahead, two_operators_who_take_the_next_while_the_first_case_is_under_way_get_two) {
  ledger.hold = false;
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  ledger.hold = true;
  n.signal("d/1b", 3, "1");
  std::vector<std::string> taken;
  for (const auto* user : {"kari", "per"}) {
    n.engine->take_next(
        {user, {"9901"}, test::operator_named(user), ""},
        [&](board::command_result r) { taken.push_back(r.now ? r.now->id() : ""); });
    n.engine->flush();
  }
  ledger.run();
  std::ranges::sort(taken);
  EXPECT_EQ(taken, (std::vector<std::string>{"9901.r-1.1", "9901.r-2.1"}));
}

TEST_F(ahead, nothing_new_is_decided_once_the_vault_is_held_against_the_ledger) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  n.engine->ledger_reachable(false);
  n.engine->ledger_reachable(true);
  n.signal("d/3", 3, "3");
  ledger.hold = false;
  ledger.run();
  n.pass(2);
  EXPECT_EQ(n.box.tickets.size(), 3u);
  for (const auto* subject : {"9901.r-1", "9901.r-2", "9901.r-3"})
    EXPECT_EQ(ledger.entries[subject].size(), 1u) << subject;
}
