// The engine on a model ledger: who is answered when, what is published, and what happens when the
// ledger is slow, stale or gone.
#include "core/engine.hpp"

#include <gtest/gtest.h>

#include "core/model_ledger.hpp"
#include "triage/signals.hpp"

using namespace varde;
using board::command_status;
using test::model_ledger;

namespace {

struct mailbox final : alarm::answer_sink {
  void deliver(std::span<const alarm::admission_answer> answers) override {
    for (const auto& a : answers) tickets.push_back(a.ticket);
  }
  std::vector<std::uint64_t> tickets;
};

/// One engine on one ledger, with a clock that only the test moves.
struct node {
  explicit node(model_ledger& on, std::string name = "node-a") {
    core::engine_options options;
    options.node = std::move(name);
    options.wall = [this] { return base::from_us(test::start_us + elapsed_s * test::second_us); };
    options.steady = [this] { return base::steady_time{std::chrono::seconds{1000 + elapsed_s}}; };
    options.room_again = [this] { engine->flush(); };
    engine = std::make_unique<core::engine>(std::move(options), on, directory, metrics);
    engine->set_sinks({&box});
    engine->subscribe([this](auto batch) {
      for (const auto& change : *batch) published.push_back(change.now);
    });
  }

  void signal(const std::string& id, std::uint64_t ticket, std::string resident = "1",
              std::uint32_t type = 4) {
    alarm::admission a;
    a.signal = test::signal(id, type);
    a.municipality = alarm::municipality_id{"9901"};
    a.subject = alarm::resident_subject(resident);
    a.known_device = true;
    a.reply = {0, ticket};
    a.received = base::steady_time{std::chrono::seconds{1000 + elapsed_s}};
    engine->admit(std::move(a));
    engine->flush();
  }

  board::command_result next(const std::string& user, const std::string& key = "k") {
    board::command_result result;
    engine->take_next({key, {"9901"}, test::operator_named(user), ""},
                      [&](board::command_result r) { result = std::move(r); });
    engine->flush();
    return result;
  }

  board::command_result command(const std::string& user, const std::string& case_id,
                                const std::function<void(alarm::v1::Command&)>& fill,
                                const std::string& key = "c") {
    board::command_result result;
    alarm::v1::Command c;
    c.set_id(key);
    const auto place = alarm::locate(case_id);
    c.set_municipality(place->municipality.str());
    c.set_subject(place->subject.str());
    c.set_case_id(case_id);
    *c.mutable_actor() = test::operator_named(user);
    fill(c);
    engine->submit(std::move(c), [&](board::command_result r) { result = std::move(r); });
    engine->flush();
    return result;
  }

  board::command_result claim(const std::string& user, const std::string& case_id) {
    return command(user, case_id, [](auto& c) { c.mutable_claim(); });
  }

  registry::directory directory;
  base::metrics metrics;
  mailbox box;
  std::vector<board::case_pointer> published;
  std::int64_t elapsed_s = 0;
  std::unique_ptr<core::engine> engine;
};

}  // namespace

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
  ASSERT_EQ(n.engine->room(), 0u);
  n.signal("d/1", 2);
  EXPECT_TRUE(n.box.tickets.empty());
  ledger.run();
  EXPECT_EQ(n.box.tickets, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 1u);
}

TEST(engine, a_batch_that_was_lost_before_it_took_effect_is_offered_again) {
  model_ledger ledger;
  ledger.now = model_ledger::fate::lose_before;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  EXPECT_TRUE(n.engine->stalled());
  EXPECT_TRUE(n.box.tickets.empty());
  ledger.now = model_ledger::fate::answer;
  n.engine->ledger_reachable(true);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  EXPECT_EQ(ledger.entries["9901.r-1"].size(), 1u);
}

TEST(engine, a_batch_whose_answer_was_lost_is_not_committed_twice) {
  model_ledger ledger;
  ledger.now = model_ledger::fate::lose_after;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  n.signal("d/2", 2);
  ledger.now = model_ledger::fate::answer;
  n.engine->ledger_reachable(true);
  EXPECT_EQ(n.box.tickets, (std::vector<std::uint64_t>{1, 2}));
  ASSERT_EQ(ledger.entries["9901.r-1"].size(), 2u);
  EXPECT_TRUE(ledger.entries["9901.r-1"][0].has_case_opened());
  EXPECT_TRUE(ledger.entries["9901.r-1"][1].has_alarm_joined());
}

TEST(engine, commands_are_told_at_once_when_the_ledger_is_away) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  ledger.now = model_ledger::fate::lose_after;
  EXPECT_EQ(n.claim("kari", "9901.r-1.1").status, command_status::unavailable);
  EXPECT_EQ(n.claim("per", "9901.r-1.1").code, "ledger_unreachable");
  ledger.now = model_ledger::fate::answer;
  n.engine->ledger_reachable(true);
  EXPECT_EQ(n.claim("kari", "9901.r-1.1").status, command_status::repeated);
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
  for (n.elapsed_s = 10; n.elapsed_s <= 30; n.elapsed_s += 10) n.engine->presence("kari", false);
  n.elapsed_s = 59;
  n.engine->tick();
  EXPECT_EQ(n.published.back()->state(), alarm::v1::CASE_STATE_CLAIMED);
  n.elapsed_s = 60;
  n.engine->tick();
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
