// Hold and restore: what waits, what ends it, and that it is never out of sight.
#include <gtest/gtest.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;

namespace {

constexpr std::uint32_t door = 14, door_open = 77, door_closed = 21, link_lost = 23;

/// Doors wait a minute for being closed again.
bench with_doors_held() {
  bench b;
  auto& rule = b.rule("door-wait", "doors are often closed again");
  rule.mutable_hold()->set_wait_s(60);
  rule.mutable_match()->add_kinds(KIND_DOOR);
  return b;
}

}  // namespace

TEST(hold, a_door_waits_and_says_why) {
  auto b = with_doors_held();
  b.policy.set_version(7);
  const auto decision = b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_TRUE(decision.case_id.empty());
  ASSERT_EQ(b.state.held_size(), 1);
  const auto& held = b.state.held(0);
  EXPECT_EQ(held.by().rule(), "door-wait");
  EXPECT_EQ(held.by().reason(), "doors are often closed again");
  EXPECT_EQ(held.by().policy_version(), 7u);
  EXPECT_EQ(held.until_us(), test::start_us + 60 * test::second_us);
  EXPECT_EQ(triage::next_due(b.state, b.policy), base::from_us(held.until_us()));
}

TEST(hold, without_words_of_its_own_a_rule_says_what_it_does) {
  bench b;
  b.rule("door-wait").mutable_hold()->set_wait_s(60);
  b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.state.held(0).by().reason(), "waits 60 s for its restoral");
}

TEST(hold, closed_in_time_it_ends_by_itself_with_its_history) {
  auto b = with_doors_held();
  b.receive(signal("d/1", door, door_open));
  b.wait_s(59);
  const auto decision = b.receive(signal("d/2", door, door_closed));
  ASSERT_EQ(decision.entries.size(), 1u);
  EXPECT_EQ(decision.entries[0].hold_ended().how(), HOLD_END_RESTORED);
  EXPECT_EQ(decision.entries[0].hold_ended().signal().id(), "d/2");
  EXPECT_EQ(b.state.held_size(), 0);
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_EQ(triage::next_due(b.state, b.policy), std::nullopt);
  EXPECT_TRUE(b.receive(signal("d/2", door, door_closed)).repeated);
}

TEST(hold, not_closed_in_time_it_becomes_a_case_exactly_once) {
  auto b = with_doors_held();
  b.receive(signal("d/1", door, door_open));
  b.wait_s(59);
  EXPECT_EQ(b.pass_time(), 0);
  b.wait_s(1);
  const auto due = triage::due_of(b.state, b.policy, b.at().now);
  ASSERT_EQ(due.size(), 1u);
  const auto decision = b.act(due[0]);
  ASSERT_EQ(decision.entries.size(), 2u);
  EXPECT_EQ(decision.entries[0].hold_ended().how(), HOLD_END_EXPIRED);
  EXPECT_EQ(decision.entries[1].case_opened().by().reason(), "doors are often closed again");
  EXPECT_EQ(b.newest().kind(), KIND_DOOR);
  EXPECT_EQ(b.newest().decisions(0).rule(), "door-wait");
  EXPECT_EQ(b.act(due[0]).verdict, triage::command_verdict::repeated);
  const auto again = b.receive(signal("d/1", door, door_open));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.case_id, b.newest().id());
}

TEST(hold, a_retransmission_of_what_waits_is_known) {
  auto b = with_doors_held();
  b.receive(signal("d/1", door, door_open));
  b.state.clear_seen_signals();  // pushed out by many others
  EXPECT_TRUE(b.receive(signal("d/1", door, door_open)).repeated);
}

TEST(hold, a_more_severe_signal_does_not_wait_behind_a_milder_one) {
  auto b = with_doors_held();
  b.receive(signal("d/1", door, door_open));
  auto& urgent = *b.policy.add_lane_rules();
  urgent.set_status(76);
  urgent.set_lane(LANE_LIFE);
  b.policy.mutable_rules(0)->set_own(true);
  b.policy.mutable_rules(0)->mutable_match()->add_device_kinds("door");
  b.policy.mutable_rules(0)->mutable_match()->add_kinds(KIND_DOOR);
  b.about.device_kind = "door";
  b.receive(signal("d/2", door, 76));
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
  EXPECT_EQ(b.state.held_size(), 1);
}

TEST(hold, an_operator_may_have_it_at_once) {
  auto b = with_doors_held();
  b.receive(signal("d/1", door, door_open));
  auto release = b.of_subject("r1");
  release.mutable_release_hold()->set_signal("d/1");
  EXPECT_EQ(b.act(release).verdict, triage::command_verdict::accepted);
  EXPECT_EQ(b.open_cases(), 1);
  release.set_id("r2");
  EXPECT_EQ(b.act(release).verdict, triage::command_verdict::not_found);
}

TEST(hold, life_waits_only_for_an_own_rule_that_names_the_kinds_of_device_and_alarm) {
  for (int allowed = 0; allowed < 8; ++allowed) {
    const bool own = allowed & 1, device = allowed & 2, kind = allowed & 4;
    bench b;
    b.about.device_kind = "button";
    auto& rule = b.rule("buttons");
    rule.mutable_hold()->set_wait_s(10);
    rule.set_own(own);
    if (device) rule.mutable_match()->add_device_kinds("button");
    if (kind) rule.mutable_match()->add_kinds(KIND_SAFETY_ALARM);
    b.receive(signal("d/1"));
    const bool waits = own && device && kind;
    EXPECT_EQ(b.state.held_size(), waits ? 1 : 0) << allowed;
    EXPECT_EQ(b.state.cases_size(), waits ? 0 : 1) << allowed;
  }
}

TEST(hold, by_component_kind_of_device_and_time_of_day) {
  struct row {
    const char* clock;
    std::uint32_t component;
    const char* kind;
    bool waits;
  };
  for (const auto& [clock, component, kind, waits] :
       {row{"2026-01-15T22:30:00Z", 3, "door", true},      // 23:30 by the clock
        row{"2026-01-15T04:59:00Z", 3, "door", true},      // 05:59
        row{"2026-01-15T05:00:00Z", 3, "door", false},     // 06:00
        row{"2026-01-15T22:30:00Z", 4, "door", false},     // another sensor
        row{"2026-01-15T22:30:00Z", 3, "gate", false}}) {  // another kind
    bench b;
    b.now_us = base::to_us(base::from_rfc3339(clock).value());
    b.about.device_kind = kind;
    auto& rule = b.rule("night");
    rule.mutable_hold()->set_wait_s(60);
    auto& match = *rule.mutable_match();
    match.add_components(3);
    match.add_device_kinds("door");
    match.set_from("22:00");
    match.set_to("06:00");
    auto s = signal("d/1", door, door_open);
    s.set_component(component);
    b.receive(s);
    EXPECT_EQ(b.state.held_size() == 1, waits) << clock << component << kind;
  }
}

TEST(hold, a_technical_restoral_ends_nothing_personal) {
  auto b = with_doors_held();
  b.receive(signal("d/1", door, door_open));
  b.receive(signal("d/2", door, 112));  // the link is back
  EXPECT_EQ(b.state.held_size(), 1);
}

TEST(restored, a_link_that_came_back_and_that_nobody_took_closes_by_itself) {
  bench b;
  b.receive(signal("d/1", 45, link_lost));
  ASSERT_EQ(b.newest().kind(), KIND_LINK);
  EXPECT_EQ(triage::next_due(b.state, b.policy), std::nullopt);
  b.wait_s(100);
  b.receive(signal("d/2", 45, 112));
  b.wait_s(59);
  EXPECT_EQ(b.pass_time(), 0);
  b.wait_s(1);
  EXPECT_EQ(b.pass_time(), 1);
  EXPECT_EQ(b.newest().state(), CASE_STATE_CLOSED);
  EXPECT_EQ(b.newest().outcome().cause(), "restored");
  EXPECT_EQ(b.newest().outcome().note(), "restored by itself");
}

TEST(restored, what_somebody_took_is_left_to_them) {
  bench b;
  b.receive(signal("d/1", 45, link_lost));
  b.receive(signal("d/2", 45, 112));
  b.claim("kari");
  b.wait_s(100);
  EXPECT_EQ(b.pass_time(), 0);
}
