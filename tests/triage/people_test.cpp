// What is special about people: alarms that get worse, households, those for whom no answer means
// nothing, and what is expected of a day.
#include <gtest/gtest.h>

#include <array>

#include "triage/expectations.hpp"
#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;
using triage::command_verdict;

namespace {

constexpr std::uint32_t door = 14, door_open = 77, door_forced = 76;

bench with_urgent_doors() {
  bench b;
  auto& rule = *b.policy.add_lane_rules();
  rule.set_status(door_forced);
  rule.set_lane(LANE_LIFE);
  return b;
}

triage::command_decision close_with(bench& b, const char* cause, const char* action) {
  auto c = b.command(test::operator_named("kari"), std::string{"close-"} + cause + action);
  auto& outcome = *c.mutable_close()->mutable_outcome();
  outcome.set_kind(OUTCOME_KIND_REAL);
  outcome.set_cause(cause);
  outcome.set_action(action);
  return b.act(c);
}

base::wall_time utc(std::string_view text) { return base::from_rfc3339(text).value(); }

triage::command_decision look(bench& b, const std::string& rule, std::int64_t from_us,
                              std::int64_t due_us) {
  auto c = b.of_subject("look/" + rule + std::to_string(due_us));
  c.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
  c.mutable_look_for()->set_rule(rule);
  c.mutable_look_for()->set_from_us(from_us);
  c.mutable_look_for()->set_due_us(due_us);
  return b.act(c);
}

}  // namespace

TEST(restated, a_more_severe_alarm_takes_a_claimed_case_back_into_the_queue) {
  auto b = with_urgent_doors();
  b.receive(signal("d/1", door, door_open));
  b.claim("kari");
  const auto decision = b.receive(signal("d/2", door, door_forced));
  ASSERT_EQ(decision.entries.size(), 2u);
  EXPECT_EQ(decision.entries[1].requeued().from_user(), "kari");
  EXPECT_EQ(b.newest().state(), CASE_STATE_OPEN);
  EXPECT_EQ(b.newest().requeued_reason(), "more_severe");
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
  b.claim("per", "c2");
  EXPECT_EQ(b.newest().requeued_reason(), "");
}

TEST(restated, an_equally_severe_one_leaves_it_with_its_owner) {
  auto b = with_urgent_doors();
  b.receive(signal("d/1", door, door_open));
  b.claim("kari");
  b.receive(signal("d/2", door, door_open));
  EXPECT_EQ(b.newest().owner().user(), "kari");
}

TEST(restated, one_closed_just_now_is_opened_again_with_its_history) {
  auto b = with_urgent_doors();
  b.receive(signal("d/1", door, door_open));
  b.claim("kari");
  b.close("kari");
  b.wait_s(600);
  b.receive(signal("d/2", door, door_forced));
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(b.newest().state(), CASE_STATE_OPEN);
  EXPECT_EQ(b.newest().reopened_reason(), "more_severe");
  EXPECT_EQ(b.newest().alarms_size(), 2);
}

TEST(restated, one_closed_longer_ago_or_not_less_severe_stays_closed) {
  auto b = with_urgent_doors();
  b.receive(signal("d/1", door, door_open));
  b.claim("kari");
  b.close("kari");
  b.wait_s(601);
  b.receive(signal("d/2", door, door_forced));
  EXPECT_EQ(b.state.cases_size(), 2);
}

TEST(household, who_it_is_is_asked_first_and_answered_by_the_owner) {
  bench b;
  b.about.serves_several = true;
  b.plan.emplace_back().set_id("call");
  b.receive(signal("d/1"));
  ASSERT_EQ(b.newest().steps_size(), 2);
  EXPECT_EQ(b.newest().steps(0).id(), "who_is_it");
  EXPECT_EQ(b.newest().steps(0).action(), STEP_ACTION_OTHER);
  EXPECT_TRUE(b.newest().asks_who());
  b.claim("kari");
  auto who = b.command(test::operator_named("per"), "who");
  who.mutable_identify_resident()->set_resident("7");
  who.mutable_identify_resident()->set_name("Anna");
  EXPECT_EQ(b.act(who).code, "not_owner");
  *who.mutable_actor() = test::operator_named("kari");
  EXPECT_EQ(b.act(who).verdict, command_verdict::accepted);
  EXPECT_FALSE(b.newest().asks_who());
  EXPECT_EQ(b.newest().resident_name(), "Anna");
}

TEST(cognitive, no_answer_is_never_ok) {
  bench b;
  b.about.cognitive_impairment = true;
  b.receive(signal("d/1"));
  EXPECT_EQ(b.newest().steps(0).action(), STEP_ACTION_DISPATCH_TEAM);
  b.claim("kari");
  EXPECT_EQ(close_with(b, "no_answer", "").code, "needs_visit");
  EXPECT_EQ(close_with(b, "no_answer", "conversation").code, "needs_visit");
  EXPECT_EQ(close_with(b, "toilet", "no_answer").code, "needs_visit");
  EXPECT_EQ(close_with(b, "toilet", "").code, "needs_visit");
  EXPECT_EQ(close_with(b, "toilet", "conversation").verdict, command_verdict::accepted);
}

TEST(cognitive, a_visit_that_was_made_is_enough) {
  bench b;
  b.about.cognitive_impairment = true;
  Step own;
  own.set_id("team");
  own.set_action(STEP_ACTION_DISPATCH_TEAM);
  b.plan.push_back(own);
  b.receive(signal("d/1"));
  EXPECT_EQ(b.newest().steps_size(), 1);  // the plan sends a team already
  b.claim("kari");
  b.dispatch("kari", "t1");
  b.move_visit("ola", VISIT_STATE_ACCEPTED);
  b.move_visit("ola", VISIT_STATE_DONE);
  EXPECT_EQ(close_with(b, "no_answer", "").verdict, command_verdict::accepted);
}

TEST(expectations, moments_follow_norwegian_clocks_over_both_changes) {
  struct row {
    std::string_view after, upto, from, due;
  };
  for (const auto& [after, upto, from, due] :
       {row{"2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", "2026-03-29T04:00:00Z",
            "2026-03-29T08:00:00Z"},
        row{"2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", "2026-10-25T05:00:00Z",
            "2026-10-25T09:00:00Z"}}) {
    registry::v1::Policy policy;
    auto& rule = *policy.add_rules();
    rule.mutable_absence()->set_from("06:00");
    rule.mutable_absence()->set_by("10:00");
    const auto moments = triage::moments_between(policy, utc(after), utc(upto));
    ASSERT_EQ(moments.size(), 1u) << after;
    EXPECT_EQ(moments[0].from, utc(from));
    EXPECT_EQ(moments[0].due, utc(due));
    EXPECT_TRUE(triage::moments_between(policy, utc(due), utc(upto)).empty());
    EXPECT_EQ(triage::moments_between(policy, utc(after), utc(due)).size(), 1u);
  }
}

TEST(expectations, a_check_is_missed_after_its_time_and_a_night_begins_the_day_before) {
  registry::v1::Policy policy;
  auto& check = *policy.add_rules();
  check.mutable_check()->set_due("23:45");
  auto& night = *policy.add_rules();
  night.mutable_absence()->set_from("22:00");
  night.mutable_absence()->set_by("02:00");
  night.mutable_match()->add_days(4);  // Thursday
  const auto moments =
      triage::moments_between(policy, utc("2026-01-14T20:00:00Z"), utc("2026-01-15T20:00:00Z"));
  ASSERT_EQ(moments.size(), 2u);
  EXPECT_EQ(moments[0].due, utc("2026-01-14T23:15:00Z"));
  EXPECT_EQ(moments[0].from, utc("2026-01-14T21:45:00Z"));
  EXPECT_EQ(moments[1].from, utc("2026-01-14T21:00:00Z"));
  EXPECT_EQ(moments[1].due, utc("2026-01-15T01:00:00Z"));
}

TEST(expectations, a_rule_watches_by_resident_device_and_kind) {
  registry::v1::Rule rule;
  const std::vector<triage::placed_device> nothing, hub{{"d-7", {"gateway", "motion"}}};
  EXPECT_TRUE(triage::watches(rule, "7", nothing));
  rule.mutable_match()->add_device_kinds("motion");
  EXPECT_FALSE(triage::watches(rule, "7", nothing));
  EXPECT_TRUE(triage::watches(rule, "7", hub));
  rule.mutable_match()->add_residents("8");
  EXPECT_FALSE(triage::watches(rule, "7", hub));
  rule.mutable_match()->add_residents("7");
  rule.mutable_match()->add_devices("d-7");
  EXPECT_TRUE(triage::watches(rule, "7", hub));
}

TEST(look_for, what_was_not_heard_of_becomes_a_case_exactly_once) {
  bench b;
  b.rule("move", "no movement by ten").mutable_absence()->set_by("10:00");
  const auto decision = look(b, "move", b.now_us - 1, b.now_us);
  ASSERT_EQ(decision.verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().kind(), KIND_CHECK);
  EXPECT_EQ(b.newest().lane(), LANE_CARE);
  EXPECT_EQ(b.newest().decisions(0).reason(), "no movement by ten");
  EXPECT_EQ(b.newest().alarms(0).signal_id(), "schedule/move/" + std::to_string(b.now_us));
  EXPECT_EQ(look(b, "move", b.now_us - 1, b.now_us).verdict, command_verdict::repeated);
  b.state.clear_seen_commands();
  EXPECT_EQ(look(b, "move", b.now_us - 1, b.now_us).verdict, command_verdict::repeated);
}

TEST(look_for, a_signal_that_the_rule_is_about_satisfies_it) {
  bench b;
  auto& rule = b.rule("dose");
  rule.mutable_absence()->set_by("10:00");
  rule.mutable_match()->add_device_kinds("dispenser");
  rule.mutable_match()->add_kinds(KIND_MEDICINE);
  b.about.device_kind = "dispenser";
  const auto from_us = b.now_us;
  const auto taken = b.receive(signal("d/1", 11, 83));
  ASSERT_EQ(taken.entries[0].satisfies_size(), 1);
  b.wait_s(60);
  EXPECT_EQ(look(b, "dose", from_us, b.now_us).code, "satisfied");
  EXPECT_EQ(look(b, "dose", from_us + 1, b.now_us).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().kind(), KIND_MEDICINE);
  EXPECT_EQ(b.newest().decisions(0).reason(), "not heard of by 10:00");
}

TEST(look_for, what_a_households_device_heard_counts_for_each_who_lives_there) {
  struct row {
    const char* what;
    bool names_resident;
    std::string_view device_kind;  // of the device that was heard
    bool is_heard;
  };
  for (const auto& [what, names_resident, device_kind, is_heard] : {
           row{"the rule's devices", false, "movement_sensor", true},
           row{"the rule's devices and the resident", true, "movement_sensor", true},
           row{"another device", false, "door_sensor", false},
           row{"another device, and the resident is named", true, "door_sensor", false},
       }) {
    SCOPED_TRACE(what);
    bench resident, home;
    home.state.set_subject("h-1");
    for (auto* b : {&resident, &home}) {
      auto& rule = b->rule("up");
      rule.mutable_absence()->set_by("10:00");
      rule.mutable_match()->add_device_kinds("movement_sensor");
      if (names_resident) rule.mutable_match()->add_residents("1");
    }
    home.about.device_kind = device_kind;
    home.receive(signal("d/1", door, door_open));
    resident.household = &home.state;
    EXPECT_EQ(look(resident, "up", home.now_us + 1, home.now_us + 2).verdict,
              command_verdict::accepted)
        << "heard before the window";
    EXPECT_EQ(look(resident, "up", home.now_us, home.now_us + 3).code == "satisfied", is_heard);
  }
}

TEST(look_for, what_one_residents_own_device_said_does_not_count_for_another) {
  bench anna, olav;
  olav.state.set_subject("r-2");
  for (auto* b : {&anna, &olav}) {
    auto& rule = b->rule("dose");
    rule.mutable_absence()->set_by("10:00");
    rule.mutable_match()->add_residents("1");
    rule.mutable_match()->add_residents("2");
    rule.mutable_match()->add_device_kinds("dispenser");
  }
  bench home;
  home.state.set_subject("h-1");
  anna.household = olav.household = &home.state;
  anna.about.device_kind = "dispenser";
  anna.about.resident = "1";
  anna.receive(signal("d/1", 11, 83));
  EXPECT_EQ(look(anna, "dose", anna.now_us, anna.now_us + 1).code, "satisfied");
  EXPECT_EQ(look(olav, "dose", anna.now_us, anna.now_us + 1).verdict, command_verdict::accepted);
}

TEST(look_for, a_look_in_that_was_done_satisfies_a_check) {
  bench b;
  b.rule("night").mutable_check()->set_due("02:00");
  auto done = b.of_subject("checked");
  done.mutable_mark_checked()->set_rule("night");
  EXPECT_EQ(b.act(done).verdict, command_verdict::accepted);
  EXPECT_EQ(b.state.expected(0).by(), "Operator kari");
  EXPECT_EQ(look(b, "night", b.now_us, b.now_us + 1).code, "satisfied");
  EXPECT_EQ(look(b, "night", b.now_us + 1, b.now_us + 1).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().decisions(0).reason(), "not looked after at 02:00");
}

TEST(look_for, who_is_away_is_not_waited_for) {
  bench b;
  b.rule("move").mutable_absence()->set_by("10:00");
  auto away = b.of_subject("away");
  away.mutable_start_absence()->mutable_absence()->set_reason("hospital");
  b.act(away);
  EXPECT_EQ(look(b, "move", b.now_us, b.now_us).verdict, command_verdict::accepted);
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_EQ(b.state.suppressed(0).by().reason(), "hospital");
}
