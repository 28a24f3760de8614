// What the core decides for signals, commands and time, on one subject.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;
using triage::command_verdict;

TEST(signals, the_first_press_opens_a_case_with_its_plan) {
  bench b;
  Step step;
  step.set_id("call");
  b.plan.push_back(step);
  const auto decision = b.receive(signal("d/1"));
  ASSERT_EQ(decision.entries.size(), 1u);
  EXPECT_EQ(decision.case_id, "9901.r-1.1");
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
  EXPECT_EQ(b.newest().state(), CASE_STATE_OPEN);
  EXPECT_EQ(b.newest().lane_reason(), "device:0004");
  ASSERT_EQ(b.newest().steps_size(), 1);
  EXPECT_EQ(b.newest().alarms(0).signal_id(), "d/1");
}

TEST(signals, a_retransmission_is_acknowledged_again_and_changes_nothing) {
  bench b;
  b.receive(signal("d/1"));
  const auto again = b.receive(signal("d/1"));
  EXPECT_TRUE(again.repeated);
  EXPECT_TRUE(again.entries.empty());
  EXPECT_EQ(again.case_id, "9901.r-1.1");
  EXPECT_EQ(b.state.version(), 1u);
}

TEST(signals, a_retransmission_after_the_case_was_closed_opens_nothing) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  b.close("kari");
  EXPECT_TRUE(b.receive(signal("d/1")).repeated);
  EXPECT_EQ(b.state.cases_size(), 1);
}

TEST(signals, a_second_press_joins_the_open_case_and_is_counted) {
  bench b;
  b.receive(signal("d/1"));
  b.receive(signal("d/2"));
  ASSERT_EQ(b.state.cases_size(), 1);
  ASSERT_EQ(b.newest().alarms_size(), 1);
  EXPECT_EQ(b.newest().alarms(0).count(), 2u);
  EXPECT_EQ(b.newest().signal_count(), 2u);
}

TEST(signals, another_kind_of_alarm_is_a_case_of_its_own) {
  bench b;
  b.receive(signal("d/1"));
  b.receive(signal("d/2", 5));
  ASSERT_EQ(b.state.cases_size(), 2);
  EXPECT_EQ(b.newest().kind(), KIND_FALL);
}

TEST(signals, a_battery_never_joins_a_personal_case) {
  bench b;
  b.receive(signal("d/1"));
  b.receive(signal("d/2", 4, 16));
  ASSERT_EQ(b.state.cases_size(), 2);
  EXPECT_EQ(b.newest().lane(), LANE_TECHNICAL);
}

TEST(signals, a_joining_alarm_raises_the_lane_and_never_lowers_it) {
  bench b;
  auto& rule = *b.policy.add_lane_rules();
  rule.set_device_type(14);
  rule.set_status(77);
  rule.set_lane(LANE_LIFE);
  rule.set_reason("door open at night");
  b.receive(signal("d/1", 14, 76));
  EXPECT_EQ(b.newest().lane(), LANE_CARE);
  EXPECT_TRUE(b.newest().low());
  b.receive(signal("d/2", 14, 77));
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
  EXPECT_EQ(b.newest().lane_reason(), "policy:door open at night");
  b.receive(signal("d/3", 14, 76));
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
  EXPECT_EQ(b.newest().signal_count(), 3u);
}

TEST(signals, an_alarm_on_a_claimed_case_asks_for_its_owners_attention) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  EXPECT_FALSE(b.newest().attention());
  b.receive(signal("d/2"));
  EXPECT_TRUE(b.newest().attention());
  EXPECT_EQ(b.newest().owner().user(), "kari");
  auto note = b.command(test::operator_named("kari"), "n1");
  note.mutable_note()->set_text("ringer igjen");
  b.act(note);
  EXPECT_FALSE(b.newest().attention());
}

TEST(signals, a_reset_clears_the_alarm_but_the_case_stays) {
  bench b;
  b.receive(signal("d/1", 14, 77));
  b.receive(signal("d/2", 14, 21));
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_TRUE(b.newest().cleared());
  EXPECT_EQ(b.newest().state(), CASE_STATE_OPEN);
  b.receive(signal("d/3", 14, 77));
  EXPECT_FALSE(b.newest().cleared());
}

TEST(signals, a_power_restoral_clears_the_mains_failure_and_no_personal_alarm) {
  bench b;
  b.receive(signal("d/1"));
  b.receive(signal("d/2", 45, 85));
  b.receive(signal("d/3", 45, 86));
  EXPECT_FALSE(b.state.cases(0).cleared());
  EXPECT_TRUE(b.state.cases(1).cleared());
}

TEST(signals, a_reset_or_information_without_a_case_is_recorded) {
  bench b;
  b.receive(signal("d/1", 14, 21));
  b.receive(signal("d/2", 2, 102));
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_EQ(b.state.version(), 2u);
  EXPECT_TRUE(b.receive(signal("d/2", 2, 102)).repeated);
}

TEST(signals, an_unknown_device_is_a_care_case) {
  bench b;
  b.receive(signal("d/1"), false);
  EXPECT_EQ(b.newest().kind(), KIND_UNKNOWN_DEVICE);
  EXPECT_EQ(b.newest().lane(), LANE_CARE);
  EXPECT_EQ(b.newest().lane_reason(), "unknown_device");
}

TEST(signals, an_old_alarm_keeps_its_time_and_is_marked_late) {
  bench b;
  auto s = signal("d/1");
  s.set_occurred_at_us(test::start_us - 301 * test::second_us);
  b.receive(s);
  EXPECT_TRUE(b.newest().late());
  EXPECT_EQ(b.newest().alarms(0).occurred_at_us(), s.occurred_at_us());
}

TEST(signals, more_alarms_than_a_case_lists_are_still_counted) {
  bench b;
  for (int i = 0; i < alarm::alarms_per_case_max + 10; ++i) {
    auto s = signal("d/" + std::to_string(i));
    s.set_sensor("sensor-" + std::to_string(i));
    b.receive(s);
  }
  EXPECT_EQ(b.newest().alarms_size(), alarm::alarms_per_case_max);
  EXPECT_EQ(b.newest().alarms_left_out(), 10u);
  EXPECT_EQ(b.newest().signal_count(), static_cast<unsigned>(alarm::alarms_per_case_max) + 10);
}

TEST(commands, a_claim_has_one_winner) {
  bench b;
  b.receive(signal("d/1"));
  EXPECT_EQ(b.claim("kari").verdict, command_verdict::accepted);
  const auto loser = b.claim("per");
  EXPECT_EQ(loser.verdict, command_verdict::refused);
  EXPECT_EQ(loser.code, "already_claimed");
  EXPECT_EQ(b.newest().owner().user(), "kari");
}

TEST(commands, a_repeated_command_is_carried_out_once) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  auto note = b.command(test::operator_named("kari"), "n1");
  note.mutable_note()->set_text("svarer ikke");
  EXPECT_EQ(b.act(note).verdict, command_verdict::accepted);
  const auto version = b.state.version();
  EXPECT_EQ(b.act(note).verdict, command_verdict::repeated);
  EXPECT_EQ(b.state.version(), version);
}

TEST(commands, two_people_with_the_same_key_are_two_commands) {
  bench b;
  b.receive(signal("d/1"));
  EXPECT_EQ(b.claim("kari", "same").verdict, command_verdict::accepted);
  EXPECT_EQ(b.claim("per", "same").verdict, command_verdict::refused);
}

TEST(commands, a_command_on_an_older_version_is_stale) {
  bench b;
  b.receive(signal("d/1"));
  auto claim = b.command(test::operator_named("kari"), "c1");
  claim.mutable_claim();
  claim.set_seen_version(b.newest().version());
  b.receive(signal("d/2"));
  EXPECT_EQ(b.act(claim).verdict, command_verdict::stale);
}

TEST(commands, only_the_owner_dispatches_ticks_and_closes) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  EXPECT_EQ(b.dispatch("per", "t1").code, "not_owner");
  EXPECT_EQ(b.close("per").code, "not_owner");
}

TEST(commands, a_visit_goes_its_way_and_the_case_closes_after_it) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  ASSERT_EQ(b.dispatch("kari", "t1").verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().state(), CASE_STATE_DISPATCHED);
  EXPECT_EQ(b.close("kari").code, "visit_under_way");
  EXPECT_EQ(b.move_visit("ola", VISIT_STATE_ACCEPTED).verdict, command_verdict::accepted);
  EXPECT_EQ(b.move_visit("eva", VISIT_STATE_EN_ROUTE).code, "not_yours");
  EXPECT_EQ(b.move_visit("ola", VISIT_STATE_EN_ROUTE).verdict, command_verdict::accepted);
  EXPECT_EQ(b.move_visit("ola", VISIT_STATE_ON_SITE).verdict, command_verdict::accepted);
  EXPECT_EQ(b.move_visit("ola", VISIT_STATE_ACCEPTED).code, "");  // its own retry is known
  EXPECT_EQ(b.move_visit("ola", VISIT_STATE_DONE).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().state(), CASE_STATE_CLAIMED);
  auto close = b.close("kari");
  EXPECT_EQ(close.verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().state(), CASE_STATE_CLOSED);
  EXPECT_TRUE(b.newest().outcome().with_visit());
}

TEST(commands, one_visit_is_accepted_by_one_responder) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  b.dispatch("kari", "t1");
  EXPECT_EQ(b.move_visit("ola", VISIT_STATE_ACCEPTED).verdict, command_verdict::accepted);
  EXPECT_EQ(b.move_visit("eva", VISIT_STATE_ACCEPTED).verdict, command_verdict::refused);
}

TEST(commands, a_team_is_not_dispatched_twice_at_once) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  b.dispatch("kari", "t1");
  auto again = b.command(test::operator_named("kari"), "dispatch-again");
  again.mutable_dispatch()->set_team("t1");
  EXPECT_EQ(b.act(again).code, "already_dispatched");
}

TEST(commands, closing_needs_an_outcome_and_a_cause) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  EXPECT_EQ(b.close("kari", "").code, "outcome_required");
}

TEST(commands, a_takeover_changes_the_owner_and_names_the_former) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  auto c = b.command(test::operator_named("per"), "t1");
  c.mutable_takeover();
  const auto decision = b.act(c);
  ASSERT_EQ(decision.verdict, command_verdict::accepted);
  EXPECT_EQ(decision.entries[0].taken_over().from_user(), "kari");
  EXPECT_EQ(b.newest().owner().user(), "per");
}

TEST(timers, a_claim_returns_when_its_console_is_gone) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  EXPECT_TRUE(triage::due(b.newest(), b.policy, 29, b.at().now).empty());
  const auto due = triage::due(b.newest(), b.policy, 30, b.at().now);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(b.act(due[0]).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().state(), CASE_STATE_OPEN);
  EXPECT_EQ(b.newest().released_reason(), "console_gone");
  EXPECT_EQ(b.act(due[0]).verdict, command_verdict::repeated);
}

TEST(timers, a_claim_without_action_returns_but_not_while_a_visit_is_under_way) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  b.now_us += 599 * test::second_us;
  EXPECT_TRUE(triage::due(b.newest(), b.policy, 0, b.at().now).empty());
  b.now_us += 1 * test::second_us;
  EXPECT_EQ(triage::due(b.newest(), b.policy, 0, b.at().now).size(), 1u);
  b.dispatch("kari", "t1");
  b.move_visit("ola", VISIT_STATE_ACCEPTED);
  b.now_us += 3600 * test::second_us;
  EXPECT_TRUE(triage::due(b.newest(), b.policy, 0, b.at().now).empty());
}

TEST(timers, an_offer_nobody_accepts_is_marked_overdue_once) {
  bench b;
  b.receive(signal("d/1"));
  b.claim("kari");
  b.dispatch("kari", "t1");
  b.now_us += 60 * test::second_us;
  const auto due = triage::due(b.newest(), b.policy, 0, b.at().now);
  ASSERT_EQ(due.size(), 1u);
  b.act(due[0]);
  EXPECT_TRUE(b.newest().visits(0).overdue());
  EXPECT_TRUE(b.newest().attention());
  EXPECT_TRUE(triage::due(b.newest(), b.policy, 0, b.at().now).empty());
}

TEST(timers, a_waiting_low_care_case_rises_within_its_lane) {
  bench b;
  b.receive(signal("d/1", 14, 76));
  ASSERT_TRUE(b.newest().low());
  b.now_us += 300 * test::second_us;
  const auto due = triage::due(b.newest(), b.policy, 0, b.at().now);
  ASSERT_EQ(due.size(), 1u);
  b.act(due[0]);
  EXPECT_FALSE(b.newest().low());
  EXPECT_EQ(b.newest().lane(), LANE_CARE);
}

// Whatever comes in whatever order: no acknowledged signal is without its place, a case's lane
// never falls, and at most one case of a kind is open.
TEST(properties, every_signal_has_its_place_and_lanes_never_fall) {
  EXPECT_TRUE(rc::check([] {
    bench b;
    std::set<std::string> sent;
    std::map<std::string, std::size_t> lanes;
    const auto steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const auto what = *rc::gen::inRange(0, 10);
      if (what < 7) {
        const auto number = *rc::gen::inRange(0, 40);
        const auto type = *rc::gen::element(3u, 4u, 5u, 14u, 11u, 45u);
        const auto status = *rc::gen::element(10u, 16u, 21u, 76u, 77u, 85u, 86u);
        const auto s = signal("d/" + std::to_string(number), type, status);
        b.receive(s);
        sent.insert(s.id());
      } else if (b.state.cases_size() > 0) {
        b.claim("kari", "c" + std::to_string(i));
        if (what == 9) b.close("kari");
      }
      for (const auto& c : b.state.cases()) {
        auto [at, fresh] = lanes.try_emplace(c.id(), alarm::lane_index(c.lane()));
        RC_ASSERT(fresh || alarm::lane_index(c.lane()) <= at->second);
        at->second = alarm::lane_index(c.lane());
      }
      std::set<Kind> open;
      for (const auto& c : b.state.cases())
        if (!alarm::is_closed(c)) RC_ASSERT(open.insert(c.kind()).second);
    }
    for (const auto& id : sent) {
      const bool known =
          std::ranges::any_of(b.state.seen_signals(), [&](const auto& s) { return s.id() == id; });
      RC_ASSERT(known);
    }
  }));
}
