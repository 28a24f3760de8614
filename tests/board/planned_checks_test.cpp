// How a planned look in stands at each time of the night.
#include "board/planned_checks.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace varde;
using namespace std::chrono_literals;
using board::check_standing;

namespace {

/// In winter time: a check at 02:00 in Norway is planned for one o'clock UTC.
constexpr base::wall_time night{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 1h};

struct town {
  town() {
    auto& rule = *policy.add_rules();
    rule.set_id("night");
    rule.set_reason("Nattilsyn");
    rule.mutable_match()->add_residents("7");
    rule.mutable_check()->set_due("02:00");
  }
  std::vector<board::planned_check> at(base::wall_time now) const {
    return board::planned_checks(policy, "7", {}, state, now);
  }
  void done_at(base::wall_time t) {
    auto& one = *state.add_expected();
    one.set_rule("night");
    one.set_satisfied_at_us(base::to_us(t));
    one.set_by("Kari");
  }

  registry::v1::Policy policy;
  alarm::v1::SubjectState state;
};

}  // namespace

TEST(planned_checks, one_is_planned_then_due_then_missed_and_the_next_is_told) {
  const town t;
  struct row {
    const char* what;
    base::wall_time now;
    check_standing last;  // whose time has begun
    base::wall_time last_planned;
  };
  for (const auto& [what, now, last, last_planned] : {
           row{"in the evening", night - 3h, check_standing::missed, night - 24h},
           row{"an hour before", night - 1h, check_standing::due, night},
           row{"at its time", night, check_standing::due, night},
           row{"just in time", night + 30min - 1s, check_standing::due, night},
           row{"after its time", night + 30min, check_standing::missed, night},
       }) {
    SCOPED_TRACE(what);
    const auto told = t.at(now);
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].standing, last);
    EXPECT_EQ(told[0].planned, last_planned);
    EXPECT_EQ(told[1].standing, check_standing::planned);
    EXPECT_EQ(told[1].planned, last_planned + 24h);
    EXPECT_EQ(told[0].rule->reason(), "Nattilsyn");
  }
}

TEST(planned_checks, what_was_done_in_its_time_or_late_is_done_and_before_it_is_not) {
  struct row {
    const char* what;
    base::wall_time done, now;
    check_standing standing;
  };
  for (const auto& [what, done, now, standing] : {
           row{"in time", night - 5min, night, check_standing::done},
           row{"as early as counts", night - 1h, night, check_standing::done},
           row{"too early", night - 1h - 1s, night, check_standing::due},
           row{"the night before", night - 24h, night, check_standing::due},
           row{"late", night + 2h, night + 3h, check_standing::done},
       }) {
    SCOPED_TRACE(what);
    town t;
    t.done_at(done);
    const auto told = t.at(now);
    EXPECT_EQ(told.at(0).standing, standing);
    EXPECT_EQ(told.at(0).done_by, standing == check_standing::done ? "Kari" : "");
  }
}

TEST(planned_checks, nobody_asks_for_who_is_away) {
  town t;
  t.state.mutable_absence()->set_since_us(base::to_us(night - 10min));
  t.state.mutable_absence()->set_until_us(base::to_us(night + 1h));
  EXPECT_EQ(t.at(night - 30min).at(0).standing, check_standing::due) << "not away yet";
  EXPECT_EQ(t.at(night).at(0).standing, check_standing::away);
  EXPECT_EQ(t.at(night + 40min).at(0).standing, check_standing::away);
  t.state.mutable_absence()->set_until_us(base::to_us(night + 20min));
  EXPECT_EQ(t.at(night + 40min).at(0).standing, check_standing::missed) << "back in time for it";
}

TEST(planned_checks, only_checks_that_watch_the_resident_are_told) {
  town t;
  auto& absence = *t.policy.add_rules();
  absence.set_id("up");
  absence.mutable_absence()->set_by("02:00");
  auto& others = *t.policy.add_rules();
  others.set_id("others");
  others.mutable_match()->add_residents("8");
  others.mutable_check()->set_due("02:00");
  auto& by_device = *t.policy.add_rules();
  by_device.set_id("pumps");
  by_device.mutable_match()->add_device_kinds("pump");
  by_device.mutable_check()->set_due("03:00");
  EXPECT_EQ(t.at(night).size(), 2u);
  const std::vector<triage::placed_device> devices{{"d-1", {"pump"}}};
  const auto told = board::planned_checks(t.policy, "7", devices, t.state, night);
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[1].rule->id(), "pumps");
}
