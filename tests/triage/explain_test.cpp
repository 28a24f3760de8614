// Which rule did what, in words: for the planner who tries a policy before it counts.
#include "triage/explain.hpp"

#include <gtest/gtest.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;

namespace {

triage::explanation explained(const bench& b, const Signal& s) {
  const auto what = triage::classify(s, b.about.device_kind, b.policy);
  return triage::explain(b.state, s, what, b.about, b.policy, b.plan, b.at());
}

const Signal opened_door = signal("d/1", 14);

}  // namespace

TEST(explain, a_hold_says_how_long_and_why) {
  bench b;
  b.about.device_kind = "door_sensor";
  b.rule("door", "doors close again").mutable_hold()->set_wait_s(60);
  const auto told = explained(b, opened_door);
  ASSERT_EQ(told.rules.size(), 1u);
  EXPECT_TRUE(told.rules[0].decided);
  EXPECT_EQ(told.rules[0].sort, "hold");
  EXPECT_EQ(told.rules[0].what, "waits 60 s for the all-clear; without it, it becomes a case");
  EXPECT_EQ(told.rules[0].reason, "doors close again");
}

struct mismatch {
  void (*demand)(registry::v1::RuleMatch&);
  const char* why;
};

TEST(explain, a_rule_that_does_not_match_says_because_of_what) {
  for (const auto& [demand, why] : {
           mismatch{[](auto& m) { m.add_device_kinds("bed_sensor"); },
                    "the device kind is \"door_sensor\", not bed_sensor"},
           mismatch{[](auto& m) { m.add_kinds(KIND_BED); }, "the kind is door, not bed"},
           mismatch{[](auto& m) { m.add_device_types(12); }, "the device type is 14, not 12"},
           mismatch{[](auto& m) { m.add_statuses(76); }, "the status is 10, not 76"},
           mismatch{[](auto& m) { m.add_components(3); }, "the component is 0, not 3"},
           mismatch{[](auto& m) { m.add_locations(4); }, "the location is 0, not 4"},
           mismatch{[](auto& m) { m.add_residents("9"); }, "the resident is \"1\", not 9"},
           mismatch{[](auto& m) { m.add_devices("u9"); }, "the device is not known, not u9"},
           mismatch{[](auto& m) {
                      m.set_from("03:00");
                      m.set_to("03:01");
                    },
                    "it is not between 03:00 and 03:01"},
       }) {
    bench b;
    b.about.device_kind = "door_sensor";
    b.about.resident = "1";
    auto& rule = b.rule("door", "doors close again");
    rule.mutable_hold()->set_wait_s(60);
    demand(*rule.mutable_match());
    const auto told = explained(b, opened_door);
    EXPECT_FALSE(told.rules[0].applies);
    EXPECT_EQ(told.rules[0].what, std::string{"does not match because "} + why);
    EXPECT_EQ(told.outcome,
              std::vector<std::string>{"opens a case of kind door in lane care for the operators"});
  }
}

TEST(explain, what_never_touches_life_says_so) {
  bench b;
  b.about.device_kind = "button";
  b.rule("shared", "r").mutable_hold()->set_wait_s(60);
  b.rule("unnamed", "r").mutable_hold()->set_wait_s(60);
  b.policy.mutable_rules(1)->set_own(true);
  const auto told = explained(b, signal("d/1"));
  EXPECT_EQ(told.rules[0].what, "never touches life: it is not the municipality's own rule");
  EXPECT_EQ(told.rules[1].what, "never touches life: it doesn't name both kinds and device_kinds");
  EXPECT_EQ(told.outcome, std::vector<std::string>{
                              "opens a case of kind safety_alarm in lane life for the operators"});
}

TEST(explain, of_two_rules_of_one_sort_the_second_has_nothing_to_do) {
  bench b;
  b.rule("first", "r").mutable_hold()->set_wait_s(60);
  b.rule("second", "r").mutable_hold()->set_wait_s(90);
  const auto told = explained(b, opened_door);
  EXPECT_TRUE(told.rules[0].decided);
  EXPECT_TRUE(told.rules[1].applies);
  EXPECT_EQ(told.rules[1].what, "matches, but had nothing to do");
}
