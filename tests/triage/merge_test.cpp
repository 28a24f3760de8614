// Two nodes that parted: what each did is merged, nothing is dropped, nothing happens twice.
#include "triage/merge.hpp"

#include <gtest/gtest.h>

#include "alarm/lifecycle.hpp"
#include "triage/signals.hpp"

using namespace varde;
using alarm::v1::Entry;
using test::bench;

namespace {

/// A bench that remembers what it appended since it was cut off.
struct island : bench {
  explicit island(const bench& like) : bench(like), parted_at(like.state.version()) {}
  void did(std::vector<Entry> entries) {
    for (auto& entry : entries) ours.push_back(std::move(entry));
  }
  std::uint64_t parted_at;
  std::vector<Entry> ours;
};

triage::merged merge_into(bench& ledger, const std::vector<Entry>& ours) {
  auto out = triage::merge(ledger.state, ours, ledger.policy, ledger.at());
  for (const auto& entry : out.entries) EXPECT_TRUE(alarm::apply(ledger.state, entry));
  return out;
}

/// A case that both sides know, waiting.
bench with_a_case() {
  bench b;
  b.receive(test::signal("d/1"));
  return b;
}

}  // namespace

TEST(merge, a_signal_both_sides_received_is_there_once) {
  bench mainland;
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/1")).entries);
  mainland.receive(test::signal("d/1"));
  const auto out = merge_into(mainland, cut.ours);
  EXPECT_TRUE(out.entries.empty());
  EXPECT_EQ(out.repeated, 1u);
}

TEST(merge, an_alarm_only_the_island_took_opens_a_case_with_its_own_time) {
  bench mainland;
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/2")).entries);
  mainland.receive(test::signal("d/1", 11));  // something of another kind took the same version
  mainland.now_us += 3'600 * test::second_us;
  const auto out = merge_into(mainland, cut.ours);
  ASSERT_EQ(out.entries.size(), 1u);
  const auto& opened = mainland.newest();
  EXPECT_EQ(opened.opened_at_us(), test::start_us);
  EXPECT_TRUE(opened.late());
  EXPECT_NE(opened.id(), cut.newest().id());
  EXPECT_EQ(out.entries[0].merged_at_us(), mainland.now_us);
}

TEST(merge, commands_follow_their_case_to_its_new_id) {
  bench mainland;
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/2")).entries);
  cut.did(cut.claim("kari").entries);
  cut.did(cut.dispatch("kari", "t-1").entries);
  cut.did(cut.move_visit("ola", alarm::v1::VISIT_STATE_ACCEPTED).entries);
  mainland.receive(test::signal("d/1", 11));
  merge_into(mainland, cut.ours);
  const auto& c = mainland.newest();
  EXPECT_EQ(c.owner().user(), "kari");
  ASSERT_EQ(c.visits_size(), 1);
  EXPECT_EQ(c.visits(0).id(), c.id() + ".v1");
  EXPECT_EQ(c.visits(0).responder(), "ola");
}

TEST(merge, the_ledgers_owner_stays_and_sees_who_else_took_the_case) {
  auto mainland = with_a_case();
  island cut{mainland};
  cut.did(cut.claim("per").entries);
  mainland.claim("kari");
  const auto out = merge_into(mainland, cut.ours);
  EXPECT_EQ(out.kept_as_deeds, 1u);
  const auto& c = mainland.newest();
  EXPECT_EQ(c.owner().user(), "kari");
  ASSERT_EQ(c.outage_deeds_size(), 1);
  EXPECT_EQ(c.outage_deeds(0).user(), "per");
  EXPECT_EQ(c.outage_deeds(0).what(), "claimed");
  EXPECT_EQ(c.outage_deeds(0).why(), "already_claimed");
  EXPECT_TRUE(c.attention());
}

TEST(merge, a_team_the_island_sent_keeps_its_visit_and_reopens_a_closed_case) {
  auto mainland = with_a_case();
  island cut{mainland};
  cut.did(cut.claim("per").entries);
  cut.did(cut.dispatch("per", "t-1").entries);
  mainland.claim("kari");
  mainland.close("kari");
  merge_into(mainland, cut.ours);
  const auto& c = mainland.newest();
  EXPECT_FALSE(alarm::is_closed(c));
  EXPECT_EQ(c.reopened_reason(), "outage_visit");
  ASSERT_EQ(c.visits_size(), 1);
  EXPECT_EQ(c.visits(0).team(), "t-1");
}

TEST(merge, an_end_by_the_island_does_not_end_what_another_holds) {
  auto mainland = with_a_case();
  island cut{mainland};
  cut.did(cut.claim("per").entries);
  cut.did(cut.close("per").entries);
  mainland.claim("kari");
  merge_into(mainland, cut.ours);
  const auto& c = mainland.newest();
  EXPECT_FALSE(alarm::is_closed(c));
  EXPECT_EQ(c.owner().user(), "kari");
  EXPECT_EQ(c.outage_deeds_size(), 2);
}

TEST(merge, an_end_by_the_island_ends_what_nobody_else_took) {
  auto mainland = with_a_case();
  island cut{mainland};
  cut.did(cut.claim("per").entries);
  cut.did(cut.close("per").entries);
  mainland.receive(test::signal("d/2"));  // joins the open case at the same version
  merge_into(mainland, cut.ours);
  EXPECT_TRUE(alarm::is_closed(mainland.newest()));
}

TEST(merge, merging_twice_adds_nothing) {
  auto mainland = with_a_case();
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/2")).entries);
  cut.did(cut.claim("per").entries);
  cut.did(cut.dispatch("per", "t-1").entries);
  mainland.claim("kari");
  merge_into(mainland, cut.ours);
  const auto version = mainland.state.version();
  const auto again = merge_into(mainland, cut.ours);
  EXPECT_TRUE(again.entries.empty());
  EXPECT_EQ(mainland.state.version(), version);
}

TEST(merge, timers_of_the_island_fall_due_anew_instead) {
  auto mainland = with_a_case();
  island cut{mainland};
  cut.claim("per");
  auto release = cut.command(test::operator_named("system"), "idle/per/2");
  release.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_SYSTEM);
  release.mutable_release()->set_reason(alarm::v1::RELEASE_REASON_IDLE);
  cut.did(cut.act(release).entries);
  mainland.claim("kari");
  const auto out = merge_into(mainland, cut.ours);
  EXPECT_TRUE(out.entries.empty());
  EXPECT_EQ(out.timers_left_out, 1u);
  EXPECT_EQ(mainland.newest().owner().user(), "kari");
}

TEST(merge, a_release_by_the_island_does_not_open_what_its_owner_closed_meanwhile) {
  auto mainland = with_a_case();
  mainland.claim("kari");
  island cut{mainland};
  auto release = cut.command(test::operator_named("kari"), "release");
  release.mutable_release();
  cut.did(cut.act(release).entries);
  mainland.close("kari");
  const auto out = merge_into(mainland, cut.ours);
  EXPECT_TRUE(out.entries.empty());
  EXPECT_TRUE(alarm::is_closed(mainland.newest()));
}

TEST(fold, an_entry_of_another_history_is_told_apart) {
  auto one = with_a_case();
  auto other = one;
  const auto claimed = one.claim("kari").entries;
  other.claim("per");
  const auto note = one.command(test::operator_named("kari"), "n");
  auto with_words = note;
  with_words.mutable_note()->set_text("hei");
  const auto noted = one.act(with_words).entries;
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_FALSE(alarm::follows(other.state, noted[0]));
}

namespace {

bench with_doors_held() {
  bench b;
  b.rule("door-wait", "doors are often closed again").mutable_hold()->set_wait_s(60);
  b.policy.mutable_rules(0)->mutable_match()->add_kinds(alarm::v1::KIND_DOOR);
  return b;
}

}  // namespace

TEST(merge, what_waited_on_the_island_waits_on) {
  auto mainland = with_doors_held();
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/1", 14, 77)).entries);
  mainland.receive(test::signal("d/2", 11));
  merge_into(mainland, cut.ours);
  ASSERT_EQ(mainland.state.held_size(), 1);
  EXPECT_EQ(mainland.state.held(0).until_us(), test::start_us + 60 * test::second_us);
  EXPECT_EQ(merge_into(mainland, cut.ours).repeated, 1u);
}

TEST(merge, what_expired_on_the_island_is_one_case_and_keeps_its_owner) {
  auto mainland = with_doors_held();
  mainland.receive(test::signal("d/1", 14, 77));
  island cut{mainland};
  cut.wait_s(60);
  for (const auto& c : triage::due_of(cut.state, cut.policy, cut.at().now))
    cut.did(cut.act(c).entries);
  cut.did(cut.claim("kari").entries);
  mainland.receive(test::signal("d/2", 11));
  merge_into(mainland, cut.ours);
  EXPECT_EQ(mainland.state.held_size(), 0);
  EXPECT_EQ(mainland.open_cases(), 2);
  EXPECT_EQ(mainland.newest().owner().user(), "kari");
  EXPECT_EQ(mainland.newest().decisions(0).rule(), "door-wait");
}

TEST(merge, what_both_sides_ended_is_one_case) {
  auto mainland = with_doors_held();
  mainland.receive(test::signal("d/1", 14, 77));
  island cut{mainland};
  cut.wait_s(60);
  for (const auto& c : triage::due_of(cut.state, cut.policy, cut.at().now))
    cut.did(cut.act(c).entries);
  cut.did(cut.claim("kari").entries);
  mainland.wait_s(60);
  mainland.pass_time();
  merge_into(mainland, cut.ours);
  EXPECT_EQ(mainland.open_cases(), 1);
  EXPECT_EQ(mainland.newest().owner().user(), "kari");
}

TEST(merge, a_restoral_on_the_island_ends_the_wait) {
  auto mainland = with_doors_held();
  mainland.receive(test::signal("d/1", 14, 77));
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/2", 14, 21)).entries);
  mainland.receive(test::signal("d/3", 11));
  merge_into(mainland, cut.ours);
  EXPECT_EQ(mainland.state.held_size(), 0);
  EXPECT_EQ(mainland.open_cases(), 1);
}

TEST(merge, noise_is_collected_where_the_ledger_collects_it) {
  bench mainland;
  for (int i = 0; i < 21; ++i) mainland.receive(test::signal("d/" + std::to_string(i), 14, 77));
  island cut{mainland};
  cut.did(cut.receive(test::signal("d/cut", 14, 77)).entries);
  mainland.receive(test::signal("d/main", 14, 77));
  const auto cases = mainland.open_cases();
  merge_into(mainland, cut.ours);
  EXPECT_EQ(mainland.open_cases(), cases);
  EXPECT_EQ(mainland.state.suppressed_size(), 3);
}

TEST(merge, a_test_and_an_absence_are_facts) {
  bench mainland;
  island cut{mainland};
  auto away = cut.of_subject("away");
  away.mutable_start_absence()->mutable_absence()->set_reason("hospital");
  cut.did(cut.act(away).entries);
  mainland.receive(test::signal("d/1"));
  merge_into(mainland, cut.ours);
  EXPECT_EQ(mainland.state.absence().reason(), "hospital");
}
