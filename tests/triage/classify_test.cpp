// The tables of urgency, row by row where a mistake would cost most.
#include <gtest/gtest.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;

struct row {
  std::uint32_t device_type, status;
  Kind kind;
  Lane lane;
  bool low;
  Intent intent;
};

class classify_table : public testing::TestWithParam<row> {};

TEST_P(classify_table, gives_kind_lane_and_intent) {
  const auto& expected = GetParam();
  const auto what =
      triage::classify(test::signal("a/1", expected.device_type, expected.status), "", {});
  EXPECT_EQ(what.kind, expected.kind);
  EXPECT_EQ(what.lane, expected.lane);
  EXPECT_EQ(what.low, expected.low);
  EXPECT_EQ(what.intent, expected.intent);
  EXPECT_FALSE(what.reason.empty());
}

INSTANTIATE_TEST_SUITE_P(
    codes, classify_table,
    testing::Values(row{3, 10, KIND_SAFETY_ALARM, LANE_LIFE, false, INTENT_ALARM},
                    row{4, 10, KIND_SAFETY_ALARM, LANE_LIFE, false, INTENT_ALARM},
                    row{2, 0, KIND_SAFETY_ALARM, LANE_LIFE, false, INTENT_ALARM},
                    row{5, 9, KIND_FALL, LANE_LIFE, false, INTENT_ALARM},
                    row{17, 9, KIND_EPILEPSY, LANE_LIFE, false, INTENT_ALARM},
                    row{23, 9, KIND_FIRE, LANE_LIFE, false, INTENT_ALARM},
                    row{26, 9, KIND_GAS, LANE_LIFE, false, INTENT_ALARM},
                    row{11, 81, KIND_MEDICINE, LANE_CARE, false, INTENT_ALARM},
                    row{11, 82, KIND_MEDICINE, LANE_CARE, true, INTENT_ALARM},
                    row{11, 83, KIND_MEDICINE, LANE_CARE, false, INTENT_RESET},
                    row{14, 77, KIND_DOOR, LANE_CARE, false, INTENT_ALARM},
                    row{14, 76, KIND_DOOR, LANE_CARE, true, INTENT_ALARM},
                    row{14, 21, KIND_DOOR, LANE_CARE, false, INTENT_RESET},
                    row{4, 16, KIND_BATTERY, LANE_TECHNICAL, false, INTENT_ALARM},
                    row{4, 15, KIND_BATTERY, LANE_TECHNICAL, false, INTENT_RESET},
                    row{45, 85, KIND_MAINS, LANE_TECHNICAL, false, INTENT_ALARM},
                    row{45, 86, KIND_MAINS, LANE_TECHNICAL, false, INTENT_RESET},
                    row{45, 24, KIND_LINK, LANE_TECHNICAL, false, INTENT_ALARM},
                    row{45, 113, KIND_LINK, LANE_TECHNICAL, false, INTENT_RESET},
                    row{3, 125, KIND_TAMPER, LANE_TECHNICAL, false, INTENT_ALARM},
                    row{2, 102, KIND_TEST, LANE_LIFE, false, INTENT_INFORMATION},
                    // What nobody has heard of is treated as the worst it could be.
                    row{4711, 10, KIND_SAFETY_ALARM, LANE_LIFE, false, INTENT_ALARM},
                    row{4, 9999, KIND_SAFETY_ALARM, LANE_LIFE, false, INTENT_ALARM}));

TEST(classify, a_policy_rule_sets_the_lane_and_is_named_as_the_reason) {
  registry::v1::Policy policy;
  auto& rule = *policy.add_lane_rules();
  rule.set_device_type(14);
  rule.set_device_kind("night_door");
  rule.set_lane(LANE_LIFE);
  rule.set_reason("wanders at night");

  const auto what = triage::classify(test::signal("a/1", 14, 76), "night_door", policy);
  EXPECT_EQ(what.lane, LANE_LIFE);
  EXPECT_FALSE(what.low);
  EXPECT_EQ(what.reason, "policy:wanders at night");
  EXPECT_EQ(triage::classify(test::signal("a/1", 14, 76), "door", policy).lane, LANE_CARE);
}

TEST(classify, a_policy_cannot_make_a_technical_signal_personal) {
  registry::v1::Policy policy;
  policy.add_lane_rules()->set_lane(LANE_LIFE);
  const auto what = triage::classify(test::signal("a/1", 4, 16), "", policy);
  EXPECT_EQ(what.kind, KIND_BATTERY);
  EXPECT_EQ(what.lane, LANE_TECHNICAL);
}

TEST(classify, an_unknown_device_travels_and_lands_in_the_care_lane) {
  EXPECT_EQ(triage::classify_unknown().lane, LANE_CARE);
  EXPECT_EQ(triage::travel_lane(test::signal("a/1"), false), LANE_CARE);
  EXPECT_EQ(triage::travel_lane(test::signal("a/1"), true), LANE_LIFE);
  EXPECT_EQ(triage::travel_lane(test::signal("a/1", 4, 16), true), LANE_TECHNICAL);
}
