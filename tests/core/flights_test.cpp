// Several batches under way: what can't wait leaves at once, what can waits for its turn, and
// whatever the ledger and the disk do meanwhile, each is settled once and in the order they left.
#include <gtest/gtest.h>

#include "core/engine_bench.hpp"

using namespace varde;
using test::model_ledger;
using test::node;

namespace {

using tickets = std::vector<std::uint64_t>;
constexpr std::uint32_t care = 14;

/// A node that is open, on a ledger whose answers are held back.
struct flights : ::testing::Test {
  flights() {
    n.engine->open();
    ledger.run();
    ledger.hold = true;
    submits_before = ledger.submits;
  }
  [[nodiscard]] int offered() const { return ledger.submits - submits_before; }
  void answer(std::size_t which) {
    auto one = std::move(ledger.waiting[which]);
    ledger.waiting.erase(ledger.waiting.begin() + static_cast<std::ptrdiff_t>(which));
    one();
  }
  /// Everything under way was lost on its way to the ledger, and so is what is asked for it.
  void lose_all() {
    ledger.now = model_ledger::fate::lose_before;
    ledger.run();
    ledger.now = model_ledger::fate::answer;
  }
  void come_back() {
    ledger.hold = false;
    n.engine->ledger_reachable(false);
    n.engine->ledger_reachable(true);
    ledger.run();
    n.pass(2);
  }
  void expect_once_each(std::size_t residents) {
    for (std::size_t i = 1; i <= residents; ++i)
      EXPECT_EQ(ledger.entries["9901.r-" + std::to_string(i)].size(), 1u) << i;
  }

  model_ledger ledger;
  node n{ledger};
  int submits_before = 0;
};

}  // namespace

TEST_F(flights, life_alarms_leave_at_once_until_enough_are_under_way) {
  const auto most = core::engine_options{}.flights_max;
  for (std::size_t i = 1; i <= most + 2; ++i)
    n.signal("d/" + std::to_string(i), i, std::to_string(i));
  EXPECT_EQ(offered(), static_cast<int>(most));
  EXPECT_EQ(n.engine->ahead(), 2u);
  answer(0);
  EXPECT_EQ(n.box.tickets, tickets{1});
  EXPECT_EQ(offered(), static_cast<int>(most) + 1) << "the two that waited leave together";
  ledger.run();
  EXPECT_EQ(n.box.tickets.size(), most + 2);
  EXPECT_FALSE(n.engine->under_way());
}

TEST_F(flights, of_what_can_wait_one_batch_is_under_way_and_life_passes_the_next) {
  n.signal("d/1", 1, "1", care);
  n.signal("d/2", 2, "2", care);
  EXPECT_EQ(offered(), 1);
  EXPECT_FALSE(n.engine->may_fly(false));
  EXPECT_TRUE(n.engine->may_fly(true));
  n.signal("d/3", 3, "3");
  EXPECT_EQ(offered(), 2);
  EXPECT_EQ(n.engine->ahead(), 0u) << "what was decided already left with it";
  ledger.run();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2, 3}));
}

TEST_F(flights, one_whose_answer_overtakes_is_settled_in_its_turn) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  answer(1);
  EXPECT_TRUE(n.box.tickets.empty());
  EXPECT_TRUE(n.published.empty());
  answer(0);
  EXPECT_EQ(n.box.tickets, (tickets{1, 2}));
  ASSERT_EQ(n.published.size(), 2u);
  EXPECT_EQ(n.published[0]->subject(), "r-1");
}

TEST_F(flights, what_is_put_off_counts_until_its_subject_has_landed) {
  n.signal("d/1", 1, "1", care);
  for (std::uint64_t i = 2; i <= 40; ++i) n.signal("d/" + std::to_string(i), i, "1", care);
  EXPECT_EQ(offered(), 1);
  EXPECT_EQ(n.engine->ahead(), 39u);
  ledger.run();
  EXPECT_EQ(n.engine->ahead(), 0u);
  EXPECT_EQ(n.box.tickets.size(), 40u);
}

TEST_F(flights, a_stale_one_is_decided_again_and_the_others_are_not) {
  node other{ledger, "node-b"};
  ledger.hold = false;
  other.engine->open();
  ledger.hold = true;
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  auto ours = std::exchange(ledger.waiting, {});
  other.signal("d/0", 7, "1");
  ledger.run();
  ledger.waiting = std::move(ours);
  ledger.run();
  EXPECT_EQ(n.box.tickets, (tickets{2, 1}));
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 2u);
  EXPECT_EQ(ledger.entries["9901.r-2"].size(), 1u);
}

TEST_F(flights, cut_off_all_of_them_stand_on_the_disk_and_are_in_the_ledger_once_afterwards) {
  for (std::uint64_t i = 1; i <= 3; ++i) n.signal("d/" + std::to_string(i), i, std::to_string(i));
  lose_all();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2, 3}));
  EXPECT_EQ(n.published.size(), 3u);
  come_back();
  EXPECT_TRUE(n.engine->together());
  expect_once_each(3);
}

TEST_F(flights, one_that_the_ledger_took_before_it_went_away_is_not_written_twice) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  ledger.now = model_ledger::fate::lose_after;
  answer(0);
  lose_all();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2}));
  come_back();
  expect_once_each(2);
}

TEST_F(flights, what_neither_place_took_is_kept_together_and_offered_when_nothing_is_under_way) {
  n.vault.failing = true;
  for (std::uint64_t i = 1; i <= 3; ++i) n.signal("d/" + std::to_string(i), i, std::to_string(i));
  EXPECT_EQ(offered(), 3);
  ledger.now = model_ledger::fate::lose_before;
  answer(0);
  EXPECT_TRUE(n.engine->stalled());
  EXPECT_EQ(n.engine->room(), 0u);
  // The ledger takes the second one after all, and loses the third.
  ledger.now = model_ledger::fate::answer;
  answer(0);
  EXPECT_EQ(n.box.tickets, tickets{2});
  ledger.now = model_ledger::fate::lose_before;
  answer(0);
  EXPECT_FALSE(n.engine->under_way());
  EXPECT_TRUE(n.engine->stalled());
  n.vault.failing = false;
  ledger.now = model_ledger::fate::answer;
  come_back();
  EXPECT_EQ(n.box.tickets, (tickets{2, 1, 3}));
  expect_once_each(3);
}

TEST_F(flights, a_ledger_that_is_silent_is_not_waited_for_and_its_late_answer_changes_nothing) {
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  n.pass(2);
  EXPECT_EQ(n.box.tickets, (tickets{1, 2}));
  EXPECT_TRUE(n.engine->now_is().island_since.has_value());
  ledger.run();
  EXPECT_EQ(n.box.tickets, (tickets{1, 2}));
  come_back();
  expect_once_each(2);
}
