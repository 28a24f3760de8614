// The engine on a model ledger: who is answered when, what is published, and what happens when the
// ledger is slow, stale or gone.
#include "core/engine.hpp"

#include <gtest/gtest.h>

#include "core/engine_bench.hpp"

using namespace varde;
using board::command_status;
using test::model_ledger;
using test::node;

TEST(engine, a_signal_is_answered_and_shown_only_when_it_is_committed) {
  model_ledger ledger;
  ledger.hold = true;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 7);
  EXPECT_TRUE(n.box.tickets.empty());
  EXPECT_TRUE(n.published.empty());
  ledger.run();
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{7});
  ASSERT_EQ(n.published.size(), 1u);
  EXPECT_EQ(n.published[0]->id(), "9901.r-1.1");
}

TEST(engine, a_repeat_of_an_uncommitted_signal_waits_for_its_commit) {
  model_ledger ledger;
  ledger.hold = true;
  node n{ledger};
  n.engine->open();
  alarm::admission first;
  n.signal("d/1", 1);
  ASSERT_TRUE(n.engine->under_way());
  n.signal("d/1", 2);
  EXPECT_TRUE(n.box.tickets.empty());
  ledger.run();
  EXPECT_EQ(n.box.tickets, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 1u);
}

TEST(engine, two_nodes_make_one_case_of_one_signal) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  b.signal("d/1", 1);
  EXPECT_EQ(b.box.tickets, std::vector<std::uint64_t>{1});
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 1u);
  ASSERT_FALSE(b.published.empty());
  EXPECT_EQ(b.published.back()->id(), "9901.r-1.1");
}

TEST(engine, two_nodes_give_one_case_to_one_operator) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  b.engine->follow(ledger.entries["9901.r-1"][0]);
  EXPECT_EQ(a.claim("kari", "9901.r-1.1").status, command_status::done);
  const auto loser = b.claim("per", "9901.r-1.1");
  EXPECT_EQ(loser.status, command_status::refused);
  EXPECT_EQ(loser.code, "already_claimed");
  ASSERT_TRUE(loser.now);
  EXPECT_EQ(loser.now->owner().user(), "kari");
}

TEST(engine, take_next_gives_the_most_urgent_and_each_case_once) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1, "1", 14);
  n.signal("d/2", 2, "2", 4);
  const auto first = n.next("kari");
  ASSERT_EQ(first.status, command_status::done);
  EXPECT_EQ(first.now->subject(), "r-2");
  EXPECT_EQ(n.next("per").now->subject(), "r-1");
  EXPECT_EQ(n.next("eva").status, command_status::not_found);
}

TEST(engine, take_next_with_the_same_key_gives_the_same_case) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1, "1");
  n.signal("d/2", 2, "2");
  const auto first = n.next("kari", "key-1");
  const auto again = n.next("kari", "key-1");
  EXPECT_EQ(again.status, command_status::repeated);
  EXPECT_EQ(again.now->id(), first.now->id());
}

TEST(engine, take_next_stays_within_the_municipalities_asked_for) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  board::command_result result;
  n.engine->take_next({"k", {"9902"}, test::operator_named("kari"), ""},
                      [&](board::command_result r) { result = std::move(r); });
  n.engine->flush();
  EXPECT_EQ(result.status, command_status::not_found);
}

TEST(engine, a_hundred_claims_at_once_have_one_winner) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  ledger.hold = true;
  int won = 0, lost = 0;
  for (int i = 0; i < 100; ++i) {
    alarm::v1::Command c;
    c.set_id("c");
    c.set_municipality("9901");
    c.set_subject("r-1");
    c.set_case_id("9901.r-1.1");
    *c.mutable_actor() = test::operator_named("op" + std::to_string(i));
    c.mutable_claim();
    n.engine->submit(std::move(c), [&](const board::command_result& r) {
      ++(r.status == command_status::done ? won : lost);
      EXPECT_EQ(r.now->owner().user(), "op0");
    });
  }
  n.engine->flush();
  EXPECT_EQ(won + lost, 0);
  ledger.run();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 99);
}

TEST(engine, a_claim_returns_to_the_queue_when_its_console_is_gone) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  n.claim("kari", "9901.r-1.1");
  n.pass(30, [&] { n.engine->presence("kari"); });
  n.pass(29);
  EXPECT_EQ(n.published.back()->state(), alarm::v1::CASE_STATE_CLAIMED);
  n.pass(2);
  EXPECT_EQ(n.published.back()->state(), alarm::v1::CASE_STATE_OPEN);
  EXPECT_EQ(n.published.back()->released_reason(), "console_gone");
}

TEST(engine, restored_from_entries_it_shows_what_was_open_and_knows_old_signals) {
  model_ledger ledger;
  node before{ledger};
  before.engine->open();
  before.signal("d/1", 1);
  before.claim("kari", "9901.r-1.1");

  node after{ledger};
  for (const auto& entry : ledger.entries["9901.r-1"]) after.engine->follow(entry);
  after.engine->open();
  ASSERT_EQ(after.published.size(), 1u);
  EXPECT_EQ(after.published[0]->owner().user(), "kari");
  after.signal("d/1", 9);
  EXPECT_EQ(after.box.tickets, std::vector<std::uint64_t>{9});
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 2u);
}

TEST(engine, an_entry_that_leaves_a_gap_makes_it_read_the_whole_subject) {
  model_ledger ledger;
  node a{ledger};
  a.engine->open();
  a.signal("d/1", 1);
  a.signal("d/2", 2);
  node b{ledger};
  b.engine->follow(ledger.entries["9901.r-1"][1]);
  ASSERT_TRUE(b.engine->restored());
  b.engine->open();
  ASSERT_EQ(b.published.size(), 1u);
  EXPECT_EQ(b.published[0]->signal_count(), 2u);
}

TEST(engine, a_forgotten_case_is_read_back_for_a_command) {
  model_ledger ledger;
  node a{ledger};
  a.engine->open();
  a.signal("d/1", 1);
  node b{ledger};
  b.engine->open();
  EXPECT_EQ(b.claim("kari", "9901.r-1.1").status, command_status::done);
  EXPECT_EQ(b.claim("kari", "9901.r-1.99").status, command_status::not_found);
}
