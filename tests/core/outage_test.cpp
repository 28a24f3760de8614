// The engine when a disk, a ledger or a neighbour is away: what is acknowledged is safe somewhere,
// and when all are back the ledger has it once.
#include <gtest/gtest.h>

#include "alarm/lifecycle.hpp"
#include "core/engine_bench.hpp"

using namespace varde;
using board::command_status;
using test::model_ledger;
using test::node;

namespace {

const std::string one = "9901.r-1";
const std::string its_case = "9901.r-1.1";

std::size_t signals_in(const std::vector<alarm::v1::Entry>& entries, const std::string& id) {
  return static_cast<std::size_t>(std::ranges::count_if(entries, [&](const auto& entry) {
    const auto* signal = alarm::signal_of(entry);
    return signal != nullptr && signal->id() == id;
  }));
}

/// The ledger went away and came back.
void reconnect(node& n) {
  n.engine->ledger_reachable(false);
  n.engine->ledger_reachable(true);
}

/// A failover to a replica that had all but the newest `count` entries of the subject.
void forget(model_ledger& ledger, const std::string& subject, std::size_t count) {
  auto& list = ledger.entries[subject];
  list.resize(list.size() - count);
}

}  // namespace

TEST(outage, what_the_ledger_did_not_take_is_acknowledged_by_the_disk_and_committed_later) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  ledger.now = model_ledger::fate::lose_before;
  n.signal("d/1", 1);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  ASSERT_EQ(n.published.size(), 1u);
  EXPECT_TRUE(n.engine->now_is().island_since);
  EXPECT_TRUE(ledger.entries[one].empty());
  ledger.now = model_ledger::fate::answer;
  reconnect(n);
  EXPECT_EQ(ledger.entries[one].size(), 1u);
  EXPECT_FALSE(n.engine->now_is().island_since);
  EXPECT_EQ(n.published.size(), 1u);
}

TEST(outage, a_commit_whose_answer_was_lost_is_there_once) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  ledger.now = model_ledger::fate::lose_after;
  n.signal("d/1", 1);
  n.signal("d/2", 2);
  ledger.now = model_ledger::fate::answer;
  reconnect(n);
  EXPECT_EQ(n.box.tickets, (std::vector<std::uint64_t>{1, 2}));
  ASSERT_EQ(ledger.entries[one].size(), 2u);
  EXPECT_TRUE(ledger.entries[one][0].has_case_opened());
  EXPECT_TRUE(ledger.entries[one][1].has_alarm_joined());
}

TEST(outage, an_island_claims_dispatches_and_closes) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.engine->ledger_reachable(false);
  n.signal("d/1", 1);
  EXPECT_EQ(n.next("kari").status, command_status::done);
  const auto sent = n.command(
      "kari", its_case, [](auto& c) { c.mutable_dispatch()->set_team("t-1"); }, "dispatch");
  EXPECT_EQ(sent.status, command_status::done);
  n.command(
      "kari", its_case, [&](auto& c) { c.mutable_recall()->set_visit(sent.now->visits(0).id()); },
      "recall");
  const auto ended = n.command(
      "kari", its_case,
      [](auto& c) {
        c.mutable_close()->mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_FALSE);
        c.mutable_close()->mutable_outcome()->set_cause("test");
      },
      "close");
  EXPECT_EQ(ended.status, command_status::done);
  EXPECT_EQ(ledger.submits, 0);
  n.engine->ledger_reachable(true);
  EXPECT_EQ(ledger.entries[one].size(), 5u);
  EXPECT_TRUE(ledger.entries[one].back().has_closed());
}

TEST(outage, what_a_failover_forgot_is_committed_again_as_it_was) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  n.signal("d/2", 2);
  n.claim("kari", its_case);
  const auto before = ledger.entries[one];
  forget(ledger, one, 2);
  reconnect(n);
  ASSERT_EQ(ledger.entries[one].size(), 3u);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(ledger.entries[one][i].SerializeAsString(), before[i].SerializeAsString());
  EXPECT_EQ(n.published.back()->owner().user(), "kari");
}

TEST(outage, what_a_failover_forgot_is_committed_after_a_restart_too) {
  model_ledger ledger;
  node before{ledger};
  before.engine->open();
  before.signal("d/1", 1);
  before.signal("d/2", 2);
  forget(ledger, one, 1);
  node after{ledger};
  after.vault = before.vault;
  after.vault.confirmed = 0;
  for (const auto& entry : ledger.entries[one]) after.engine->follow(entry);
  after.engine->open();
  EXPECT_EQ(ledger.entries[one].size(), 2u);
  EXPECT_EQ(after.published.back()->signal_count(), 2u);
}

TEST(outage, where_the_ledger_went_on_without_us_ours_is_decided_again) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  a.signal("d/2", 2);
  forget(ledger, one, 1);
  b.engine->follow(ledger.entries[one][0]);
  b.claim("per", its_case);
  reconnect(a);
  EXPECT_EQ(signals_in(ledger.entries[one], "d/2"), 1u);
  EXPECT_EQ(a.published.back()->owner().user(), "per");
  EXPECT_EQ(a.published.back()->signal_count(), 2u);
}

TEST(outage, two_islands_that_took_the_same_case_agree_on_one_owner) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  b.engine->follow(ledger.entries[one][0]);
  a.engine->ledger_reachable(false);
  b.engine->ledger_reachable(false);
  EXPECT_EQ(a.claim("kari", its_case).status, command_status::done);
  EXPECT_EQ(b.claim("per", its_case).status, command_status::done);
  a.engine->ledger_reachable(true);
  b.engine->ledger_reachable(true);
  const auto& list = ledger.entries[one];
  ASSERT_EQ(list.size(), 3u);
  EXPECT_TRUE(list[1].has_claimed());
  EXPECT_TRUE(list[2].has_handled_in_outage());
  a.engine->follow(list[2]);
  EXPECT_EQ(a.published.back()->owner().user(), "kari");
  EXPECT_EQ(a.published.back()->outage_deeds(0).user(), "per");
  EXPECT_EQ(b.published.back()->owner().user(), "kari");
}

TEST(outage, a_claim_that_lost_is_no_deed_of_an_outage) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  b.engine->follow(ledger.entries[one][0]);
  a.claim("kari", its_case);
  EXPECT_EQ(b.claim("per", its_case).code, "already_claimed");
  b.signal("d/9", 3, "2");  // carries the withdrawal
  reconnect(b);
  EXPECT_EQ(ledger.entries[one].size(), 2u);
}

TEST(outage, with_policy_disk_a_device_does_not_wait_for_the_ledger) {
  model_ledger ledger;
  core::engine_options options;
  options.policy = core::acknowledgement::disk;
  node n{ledger, "node-a", options};
  n.engine->open();
  ledger.hold = true;
  n.signal("d/1", 1);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  EXPECT_TRUE(n.published.empty());
  ledger.run();
  EXPECT_EQ(n.published.size(), 1u);
  EXPECT_EQ(n.box.tickets.size(), 1u);
}

TEST(outage, a_device_waits_for_the_disk_too) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.vault.hold = true;
  n.signal("d/1", 1);
  EXPECT_TRUE(n.box.tickets.empty());
  n.vault.run();
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
}

TEST(outage, without_the_disk_life_goes_on_and_other_lanes_are_pushed_back) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.vault.failing = true;
  n.signal("d/1", 1);
  EXPECT_TRUE(n.engine->now_is().disk_failed_since);
  n.signal("d/2", 2, "2", 14);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  EXPECT_EQ(n.box.busy, std::vector<std::uint64_t>{2});
  n.vault.failing = false;
  n.pass(1);
  EXPECT_FALSE(n.engine->now_is().disk_failed_since);
  n.signal("d/2", 3, "2", 14);
  EXPECT_EQ(n.box.tickets, (std::vector<std::uint64_t>{1, 3}));
}

TEST(outage, with_neither_disk_nor_ledger_nothing_is_acknowledged_and_nothing_lost) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  ledger.now = model_ledger::fate::lose_before;
  n.vault.failing = true;
  n.signal("d/1", 1);
  EXPECT_TRUE(n.engine->stalled());
  EXPECT_TRUE(n.box.tickets.empty());
  EXPECT_EQ(n.claim("per", its_case).code, "nowhere_safe");
  ledger.now = model_ledger::fate::answer;
  reconnect(n);
  n.pass(1);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  EXPECT_EQ(ledger.entries[one].size(), 1u);
}

TEST(outage, a_ledger_that_hangs_is_not_waited_for) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  ledger.hold = true;
  n.signal("d/1", 1);
  EXPECT_TRUE(n.box.tickets.empty());
  n.pass(1);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  EXPECT_TRUE(n.engine->now_is().island_since);
  EXPECT_EQ(ledger.given_up, 1);
  // It took effect after all, and its answer comes when nobody waits any more.
  ledger.hold = false;
  ledger.run();
  reconnect(n);
  EXPECT_EQ(ledger.entries[one].size(), 1u);
}

TEST(outage, two_operators_at_two_nodes_who_take_the_next_get_two_cases) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1, "1");
  a.signal("d/2", 2, "2");
  b.engine->follow(ledger.entries["9901.r-1"][0]);
  b.engine->follow(ledger.entries["9901.r-2"][0]);
  const auto first = a.next("kari"), second = b.next("per");
  ASSERT_EQ(first.status, command_status::done);
  ASSERT_EQ(second.status, command_status::done);
  EXPECT_NE(first.now->id(), second.now->id());
}

TEST(outage, one_node_keeps_house_and_a_frozen_one_that_wakes_does_no_harm) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  const auto& lease = ledger.entries["centre.housekeeping"];
  a.pass(1);
  ASSERT_EQ(lease.size(), 1u);
  EXPECT_EQ(lease[0].lease_taken().node(), "node-a");
  const core::neighbourhood with_a{{"node-a", {true, {}}}};
  const core::neighbourhood without_a{{"node-a", {false, {}}}};
  b.pass(30, [&] { b.engine->neighbours(with_a); });
  EXPECT_EQ(lease.size(), 1u);
  b.pass(11, [&] { b.engine->neighbours(without_a); });
  ASSERT_EQ(lease.size(), 2u);
  EXPECT_EQ(lease[1].lease_taken().node(), "node-b");
}

TEST(outage, an_old_lease_writes_nothing) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  a.signal("d/1", 1);
  a.claim("kari", its_case);
  a.pass(2, [&] { a.engine->presence("kari"); });
  b.engine->open();
  for (const auto& entry : ledger.entries[one]) b.engine->follow(entry);
  b.pass(12, [&] { b.engine->presence("kari"); });
  ASSERT_EQ(ledger.entries["9901.housekeeping"].back().lease_taken().node(), "node-b");
  // node-a goes on without having heard of it: kari's console is at node-b now.
  const auto size = ledger.entries[one].size();
  const core::neighbourhood with_b{{"node-b", {true, {}}}};
  a.pass(40, [&] { a.engine->neighbours(with_b); });
  EXPECT_EQ(ledger.entries[one].size(), size);
}

TEST(outage, what_a_failover_may_still_forget_is_compared_after_a_restart) {
  model_ledger ledger;
  node before{ledger};
  before.engine->open();
  before.signal("d/1", 1);
  before.pass(90);
  before.signal("d/2", 2);
  before.pass(2);
  before.signal("d/3", 3);
  EXPECT_GE(before.vault.confirmed, 1u);
  const auto size = ledger.entries[one].size();
  forget(ledger, one, 2);
  node after{ledger};
  after.vault = before.vault;
  for (const auto& entry : ledger.entries[one]) after.engine->follow(entry);
  after.engine->open();
  EXPECT_EQ(ledger.entries[one].size(), size);
}

TEST(outage, however_long_it_lasts_what_was_written_just_before_is_compared) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  n.pass(90);
  n.signal("d/2", 2);
  n.pass(2);
  n.engine->ledger_reachable(false);
  ASSERT_TRUE(ledger.entries[one].back().has_alarm_joined());
  const auto forgotten = ledger.entries[one].back();
  forget(ledger, one, 1);
  n.pass(600);
  n.engine->ledger_reachable(true);
  ASSERT_GE(ledger.entries[one].size(), forgotten.version());
  EXPECT_EQ(ledger.entries[one][forgotten.version() - 1].SerializeAsString(),
            forgotten.SerializeAsString());
}

TEST(outage, an_island_takes_no_claim_from_whom_it_cannot_see) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  n.claim("kari", its_case);
  n.engine->ledger_reachable(false);
  n.pass(120);
  EXPECT_EQ(n.published.back()->owner().user(), "kari");
  n.engine->ledger_reachable(true);
  n.pass(20);
  EXPECT_EQ(n.published.back()->owner().user(), "kari");
  n.pass(20);
  EXPECT_EQ(n.published.back()->state(), alarm::v1::CASE_STATE_OPEN);
}

TEST(outage, what_another_node_adds_while_our_disk_is_slow_is_shown) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.vault.hold = true;
  a.signal("d/1", 1);
  ASSERT_EQ(ledger.entries[one].size(), 1u);
  b.engine->follow(ledger.entries[one][0]);
  b.signal("d/2", 1, "1", 11);
  ASSERT_EQ(ledger.entries[one].size(), 2u);
  for (const auto& entry : ledger.entries[one]) a.engine->follow(entry);
  a.vault.run();
  EXPECT_EQ(a.engine->view().open_count(), 2u);
}

TEST(outage, a_wish_for_the_next_that_was_told_to_try_again_asks_nobody_anew) {
  model_ledger ledger;
  node a{ledger, "node-a"}, b{ledger, "node-b"};
  a.engine->open();
  b.engine->open();
  a.signal("d/1", 1);
  b.engine->follow(ledger.entries[one][0]);
  ledger.now = model_ledger::fate::lose_before;
  a.vault.failing = true;
  EXPECT_EQ(a.next("kari").status, command_status::unavailable);
  ledger.now = model_ledger::fate::answer;
  EXPECT_EQ(b.claim("per", its_case).status, command_status::done);
  a.vault.failing = false;
  reconnect(a);
  a.pass(2);
  EXPECT_EQ(a.published.back()->owner().user(), "per");
}

TEST(outage, a_disk_that_hangs_is_waited_for_once) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.vault.hold = true;
  n.signal("d/1", 1);
  EXPECT_TRUE(n.box.tickets.empty());
  n.pass(1);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  n.signal("d/2", 2);
  EXPECT_EQ(n.box.tickets, (std::vector<std::uint64_t>{1, 2}));
  n.vault.hold = false;
  n.vault.run();
  n.pass(1);
  EXPECT_FALSE(n.engine->now_is().disk_failed_since);
}

TEST(outage, what_was_carried_out_twice_is_not_withdrawn_and_survives_a_failover) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  ledger.now = model_ledger::fate::carry_out_twice;
  n.signal("d/1", 1);
  EXPECT_EQ(n.box.tickets, std::vector<std::uint64_t>{1});
  ledger.now = model_ledger::fate::answer;
  n.signal("d/2", 2);
  forget(ledger, one, 2);
  reconnect(n);
  EXPECT_EQ(signals_in(ledger.entries[one], "d/1"), 1u);
  EXPECT_EQ(signals_in(ledger.entries[one], "d/2"), 1u);
}

namespace {

/// What another node appends right behind the newest.
const alarm::v1::Entry& add_another(model_ledger& ledger) {
  auto& all = ledger.entries[one];
  auto next = all.back();
  next.set_version(all.size() + 1);
  return all.emplace_back(std::move(next));
}

std::uint64_t version_of(node& n) {
  std::uint64_t version = 0;
  n.engine->look("9901", "r-1", [&](board::subject_pointer now) { version = now->version(); });
  return version;
}

}  // namespace

TEST(outage, what_another_node_adds_while_ours_is_on_the_disk_alone_is_read_afterwards) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.engine->ledger_reachable(false);
  n.signal("d/1", 1);
  ledger.hold = true;
  n.engine->ledger_reachable(true);
  // Ours is committed again, and what comes behind it is heard of before that is answered.
  auto next = n.vault.records.back().entries.back();
  next.set_version(2);
  n.engine->follow(next);
  while (!n.engine->together()) {
    ASSERT_FALSE(ledger.waiting.empty());
    const auto step = std::move(ledger.waiting.front());
    ledger.waiting.pop_front();
    step();
  }
  ASSERT_EQ(ledger.entries[one].size(), 1u);
  ledger.entries[one].push_back(next);
  ledger.run();
  EXPECT_EQ(version_of(n), 2u);
}

TEST(outage, what_another_node_adds_behind_what_is_being_read_is_read_next) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  ledger.hold = true;
  add_another(ledger);
  n.engine->follow(add_another(ledger));
  ASSERT_EQ(ledger.waiting.size(), 1u) << "the gap is being read";
  // The ledger has read, and its answer is on its way, when one more comes.
  const auto read = std::move(ledger.waiting.front());
  ledger.waiting.clear();
  auto& all = ledger.entries[one];
  const auto fourth = add_another(ledger);
  n.engine->follow(fourth);
  all.pop_back();
  read();
  all.push_back(fourth);
  ledger.run();
  EXPECT_EQ(version_of(n), 4u);
}
