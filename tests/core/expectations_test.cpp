// Who is asked for when a rule's moment comes, how many at a time, and what a restart asks again.
#include "core/expectations.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/local_time.hpp"

using namespace varde;
using namespace std::chrono_literals;

namespace {

/// 2026-11-22 is in winter time: nine o'clock UTC is ten o'clock in Norway.
constexpr base::wall_time day{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

registry::v1::MunicipalitySet set_with_sensors(int residents) {
  registry::v1::MunicipalitySet set;
  set.mutable_municipality()->set_id("9901");
  for (int i = 1; i <= residents; ++i) {
    const auto number = std::to_string(i);
    set.add_residents()->set_id(number);
    auto& device = *set.add_devices();
    device.set_id("d" + number);
    device.set_protocol("native");
    device.set_wire_id("w" + number);
    device.set_kind(i % 2 == 1 ? "movement_sensor" : "safety_alarm");
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_resident(number);
  }
  auto& rule = *set.mutable_policy()->add_rules();
  rule.set_id("up-by-ten");
  rule.set_reason("No movement by ten");
  rule.mutable_match()->add_device_kinds("movement_sensor");
  rule.mutable_absence()->set_from("06:00");
  rule.mutable_absence()->set_by("10:00");
  return set;
}

std::shared_ptr<const registry::set_view> home_with_sensors(int residents) {
  return registry::set_view::make(set_with_sensors(residents));
}

}  // namespace

TEST(expectations, only_those_whom_the_rule_watches_are_asked_for_and_once) {
  const auto set = home_with_sensors(4);
  core::expectations asked;
  EXPECT_TRUE(asked.due(*set, day + 9h - 1s).empty());
  const auto questions = asked.due(*set, day + 9h);
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[0].subject(), "r-1");
  EXPECT_EQ(questions[1].subject(), "r-3");
  EXPECT_EQ(base::from_us(questions[0].look_for().due_us()), day + 9h);
  EXPECT_EQ(base::from_us(questions[0].look_for().from_us()), day + 5h);
  EXPECT_TRUE(asked.due(*set, day + 9h + 1s).empty());
}

TEST(expectations, a_moment_that_nobody_kept_house_at_is_asked_for_later_by_the_same_names) {
  const auto set = home_with_sensors(1);
  core::expectations before, after;
  const auto in_time = before.due(*set, day + 9h);
  const auto later = after.due(*set, day + 9h + core::expectations::catch_up - 1s);
  ASSERT_EQ(in_time.size(), 1u);
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(in_time[0].id(), later[0].id());
  core::expectations too_late;
  EXPECT_TRUE(too_late.due(*set, day + 9h + core::expectations::catch_up).empty());
}

TEST(expectations, many_residents_are_asked_for_some_at_a_time_and_all_of_them) {
  const auto set = home_with_sensors(2 * static_cast<int>(core::expectations::questions_max) + 21);
  core::expectations asked;
  std::set<std::string> subjects;
  for (int second = 0; second < 3; ++second) {
    const auto questions = asked.due(*set, day + 9h + std::chrono::seconds{second});
    EXPECT_LE(questions.size(), core::expectations::questions_max);
    for (const auto& question : questions) EXPECT_TRUE(subjects.insert(question.subject()).second);
  }
  EXPECT_EQ(subjects.size(), core::expectations::questions_max + 11);
}

TEST(expectations, a_clock_that_is_set_back_asks_nothing_twice) {
  const auto set = home_with_sensors(1);
  core::expectations asked;
  EXPECT_EQ(asked.due(*set, day + 9h).size(), 1u);
  EXPECT_TRUE(asked.due(*set, day + 8h).empty());
  EXPECT_TRUE(asked.due(*set, day + 9h + 1min).empty());
}

TEST(expectations, devices_that_must_prove_themselves_are_asked_once_a_day) {
  auto set = set_with_sensors(3);
  auto& rule = *set.mutable_policy()->add_rules();
  rule.set_id("buttons");
  rule.set_own(true);
  rule.mutable_match()->add_device_kinds("safety_alarm");
  rule.mutable_match()->add_kinds(alarm::v1::KIND_SAFETY_ALARM);
  rule.mutable_hold()->set_wait_s(10);
  const auto view = registry::set_view::make(std::move(set));
  core::expectations asked;
  EXPECT_TRUE(asked.due(*view, day + 7h).empty());
  const auto questions = asked.due(*view, day + 8h);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].subject(), "r-2");
  EXPECT_EQ(questions[0].look_for().rule(), "varde:proof/w2");
  EXPECT_TRUE(asked.due(*view, day + 8h + 1s).empty());
}
