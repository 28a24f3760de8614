// Where a rule may hold life alarms back, a test a month proves that they still come through.
#include "triage/proof.hpp"

#include <gtest/gtest.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;

namespace {

constexpr std::int64_t day_us = 24 * 3600 * test::second_us;

registry::v1::Device button() {
  registry::v1::Device device;
  device.set_id("u1");
  device.set_wire_id("10140001");
  device.set_kind("button");
  return device;
}

bench with_buttons_held() {
  bench b;
  auto& rule = b.rule("buttons");
  rule.set_own(true);
  rule.mutable_match()->add_device_kinds("button");
  rule.mutable_match()->add_kinds(KIND_SAFETY_ALARM);
  rule.mutable_hold()->set_wait_s(10);
  return b;
}

Command look_for_proof(const bench& b) {
  Command c;
  c.set_id("look");
  c.set_municipality("9901");
  c.set_subject("r-1");
  c.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
  c.mutable_actor()->set_user("system");
  c.mutable_look_for()->set_rule(triage::proof_of("10140001"));
  c.mutable_look_for()->set_due_us(b.now_us);
  c.mutable_look_for()->set_from_us(b.now_us - 31 * day_us);
  return c;
}

}  // namespace

TEST(proof, is_asked_of_devices_whose_life_alarms_a_rule_may_keep_back) {
  auto b = with_buttons_held();
  EXPECT_TRUE(triage::must_prove(b.policy, button().id(), button().kind()));
  EXPECT_FALSE(triage::must_prove(b.policy, button().id(), "door_sensor"));
  b.policy.mutable_rules(0)->set_off(true);
  EXPECT_FALSE(triage::must_prove(b.policy, button().id(), button().kind()));
}

TEST(proof, is_not_asked_where_a_rule_waits_for_something_or_leaves_life_alone) {
  auto b = with_buttons_held();
  auto& rule = *b.policy.mutable_rules(0);
  rule.mutable_match()->set_kinds(0, KIND_DOOR);
  EXPECT_FALSE(triage::must_prove(b.policy, button().id(), button().kind()));
  rule.mutable_match()->set_kinds(0, KIND_SAFETY_ALARM);
  rule.mutable_absence()->set_by("10:00");
  EXPECT_FALSE(triage::must_prove(b.policy, button().id(), button().kind()));
}

TEST(proof, that_is_missing_is_a_technical_case_with_its_reason_and_once) {
  auto b = with_buttons_held();
  EXPECT_EQ(b.act(look_for_proof(b)).verdict, triage::command_verdict::accepted);
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(b.newest().lane(), LANE_TECHNICAL);
  ASSERT_EQ(b.newest().decisions_size(), 1);
  EXPECT_EQ(b.newest().decisions(0).rule(), "varde:proof");
  EXPECT_EQ(b.newest().decisions(0).reason(), "no test signal for 31 days");
  EXPECT_EQ(b.act(look_for_proof(b)).verdict, triage::command_verdict::repeated);
}

TEST(proof, is_a_test_signal_of_the_last_31_days) {
  auto b = with_buttons_held();
  constexpr std::uint32_t periodic_test = 102;
  b.receive(signal("d/1", 4, periodic_test));
  b.now_us += 31 * day_us;
  EXPECT_EQ(b.act(look_for_proof(b)).code, "satisfied");
  b.now_us += 1;
  EXPECT_EQ(b.act(look_for_proof(b)).verdict, triage::command_verdict::accepted);
}
