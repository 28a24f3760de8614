// What counts as a case without action, and when somebody's use of the alarm has changed.
#include "report/offender_tally.hpp"

#include <gtest/gtest.h>

namespace varde::test {
namespace {

using report::chance_of;
using report::offender_tally;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t now_us = 20'000 * day_us;

alarm::v1::Entry entry_at(double days_ago, const std::string& subject, int number) {
  alarm::v1::Entry entry;
  entry.set_subject(subject);
  entry.set_case_id("9901." + subject + "." + std::to_string(number));
  entry.set_at_us(now_us - static_cast<std::int64_t>(days_ago * day_us));
  return entry;
}

alarm::v1::Entry opened(double days_ago, const std::string& subject, int number,
                        const std::string& device = "26001") {
  auto entry = entry_at(days_ago, subject, number);
  auto& body = *entry.mutable_case_opened();
  body.set_kind(alarm::v1::KIND_SAFETY_ALARM);
  body.mutable_signal()->set_protocol("scaip");
  body.mutable_signal()->set_device(device);
  return entry;
}

alarm::v1::Entry closed(double days_ago, const std::string& subject, int number,
                        alarm::v1::OutcomeKind kind, bool with_visit = false) {
  auto entry = entry_at(days_ago, subject, number);
  entry.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_OPERATOR);
  entry.mutable_closed()->mutable_outcome()->set_kind(kind);
  entry.mutable_closed()->mutable_outcome()->set_with_visit(with_visit);
  return entry;
}

TEST(offender_tally, counts_what_was_closed_without_action_in_the_days_asked_for) {
  offender_tally tally{now_us, 7};
  int number = 0;
  const auto one = [&](double days_ago, const std::string& device, alarm::v1::OutcomeKind kind,
                       bool with_visit) {
    ++number;
    tally.take(opened(days_ago, "r-1", number, device));
    tally.take(closed(days_ago, "r-1", number, kind, with_visit));
  };
  one(1, "a", alarm::v1::OUTCOME_KIND_FALSE, false);
  one(2, "a", alarm::v1::OUTCOME_KIND_TECHNICAL, false);
  one(3, "a", alarm::v1::OUTCOME_KIND_REAL, false);
  one(3, "b", alarm::v1::OUTCOME_KIND_FALSE, true);
  one(4, "c", alarm::v1::OUTCOME_KIND_TEST, false);
  one(8, "c", alarm::v1::OUTCOME_KIND_TEST, false);
  const auto found = tally.result();
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_EQ(found.devices[0].id, "scaip/a");
  EXPECT_EQ(found.devices[0].without_action, 2u);
  EXPECT_EQ(found.devices[0].cases, 3u);
  EXPECT_EQ(found.devices[1].id, "scaip/c");
  EXPECT_EQ(found.devices[1].without_action, 1u);
  ASSERT_EQ(found.kinds.size(), 1u);
  EXPECT_EQ(found.kinds[0].id, "safety_alarm");
  EXPECT_EQ(found.kinds[0].cases, 5u);
  EXPECT_TRUE(found.whole);
}

TEST(offender_tally, what_ended_by_itself_took_nobodys_time) {
  offender_tally tally{now_us, 7};
  tally.take(opened(1, "r-1", 1));
  auto by_system = closed(1, "r-1", 1, alarm::v1::OUTCOME_KIND_TECHNICAL);
  by_system.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_SYSTEM);
  tally.take(by_system);
  EXPECT_TRUE(tally.result().devices.empty());
}

TEST(offender_tally, names_the_rule_that_opened_it) {
  offender_tally tally{now_us, 7};
  auto by_rule = opened(1, "r-1", 1);
  by_rule.mutable_case_opened()->mutable_by()->set_rule("no-movement");
  by_rule.mutable_case_opened()->mutable_by()->set_reason("Ingen bevegelse før ti");
  tally.take(by_rule);
  tally.take(closed(1, "r-1", 1, alarm::v1::OUTCOME_KIND_FALSE));
  const auto found = tally.result();
  ASSERT_EQ(found.rules.size(), 1u);
  EXPECT_EQ(found.rules[0].name, "Ingen bevegelse før ti");
}

TEST(offender_tally, ten_presses_a_day_after_one_a_month_is_a_change_and_the_usual_is_none) {
  offender_tally tally{now_us, 7};
  int number = 0;
  const auto press = [&](const std::string& subject, double days_ago) {
    tally.take(opened(days_ago, subject, ++number));
  };
  press("r-calm", 20);
  for (int i = 0; i < 70; ++i) press("r-calm", 0.05 + i * 0.1);
  for (int i = 0; i < 37; ++i) press("r-steady", 0.5 + i);
  for (int i = 0; i < 60; ++i) press("r-silent", 8 + i * 0.4);
  for (int i = 0; i < 3; ++i) press("r-few", 1 + i);
  press("h-household", 1);
  const auto found = tally.result();
  ASSERT_EQ(found.residents.size(), 2u);
  EXPECT_EQ(found.residents[0].resident, "calm");
  EXPECT_EQ(found.residents[0].recent, 70u);
  EXPECT_NEAR(found.residents[0].usual, 7.0 / 30, 1e-9);
  EXPECT_EQ(found.residents[1].resident, "silent");
  EXPECT_EQ(found.residents[1].recent, 0u);
}

TEST(chance, is_that_of_a_poisson_tail_on_the_side_where_the_count_lies) {
  EXPECT_NEAR(chance_of(0, 2), 0.135335, 1e-6);
  EXPECT_NEAR(chance_of(5, 2), 0.052653, 1e-6);
  EXPECT_LT(chance_of(70, 0.5), 1e-12);
  EXPECT_NEAR(chance_of(0, 0.5), 0.606531, 1e-6);
}

}  // namespace
}  // namespace varde::test
