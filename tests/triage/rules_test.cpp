// Counting, pilots, absences, lists and noise: each with the words it is shown with.
#include <gtest/gtest.h>

#include <string>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;
using triage::command_verdict;

namespace {

constexpr std::uint32_t door = 14, door_open = 77, bed = 12;

/// `count` alarms, a second apart.
void send(bench& b, int count, std::uint32_t type = door, const std::string& name = "d") {
  for (int i = 0; i < count; ++i) {
    b.receive(signal(name + "/" + std::to_string(b.now_us), type, door_open));
    b.wait_s(1);
  }
}

}  // namespace

TEST(count, a_case_only_from_the_third_within_the_window) {
  bench b;
  auto& rule = b.rule("three", "one or two are nothing");
  rule.mutable_count()->set_count(3);
  rule.mutable_count()->set_window_s(600);
  send(b, 2);
  EXPECT_EQ(b.state.cases_size(), 0);
  ASSERT_EQ(b.state.suppressed_size(), 2);
  EXPECT_EQ(b.state.suppressed(1).by().reason(), "one or two are nothing");
  b.wait_s(600);
  send(b, 2);
  EXPECT_EQ(b.state.cases_size(), 0);
  send(b, 1);
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(b.newest().decisions(0).rule(), "three");
  send(b, 1);
  EXPECT_EQ(b.newest().signal_count(), 2u);
}

TEST(count, a_recorded_signal_can_be_raised_once) {
  bench b;
  b.rule("two").mutable_count()->set_count(2);
  b.policy.mutable_rules(0)->mutable_count()->set_window_s(60);
  b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.state.suppressed(0).by().reason(), "a case from 2 in 60 s on");
  auto raise = b.of_subject("a");
  raise.mutable_raise_suppressed()->set_signal("d/1");
  EXPECT_EQ(b.act(raise).verdict, command_verdict::accepted);
  EXPECT_EQ(b.open_cases(), 1);
  raise.set_id("b");
  EXPECT_EQ(b.act(raise).verdict, command_verdict::not_found);
  EXPECT_EQ(b.receive(signal("d/1", door, door_open)).case_id, b.newest().id());
}

TEST(pilot, a_group_of_devices_is_only_watched_until_its_last_day) {
  bench b;
  b.now_us = base::to_us(base::from_rfc3339("2027-01-31T22:59:00Z").value());
  auto& rule = b.rule("trial");
  rule.mutable_pilot()->set_until("2027-01-31");
  rule.mutable_match()->add_devices("device-7");
  b.about.device = "device-7";
  b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_EQ(b.state.suppressed(0).by().reason(), "pilot until 2027-01-31");
  b.wait_s(60);
  b.receive(signal("d/2", door, door_open));
  EXPECT_EQ(b.state.cases_size(), 1);
}

TEST(pilot, without_a_last_day_it_is_none) {
  bench b;
  b.rule("trial").mutable_pilot();
  b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.state.cases_size(), 1);
}

TEST(absence, care_is_recorded_and_life_says_that_she_is_away) {
  bench b;
  auto away = b.of_subject("away");
  auto& absence = *away.mutable_start_absence()->mutable_absence();
  absence.set_reason("hospital");
  absence.set_until_us(base::to_us(base::from_rfc3339("2027-02-01T08:00:00Z").value()));
  EXPECT_EQ(b.act(away).verdict, command_verdict::accepted);
  b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_EQ(b.state.suppressed(0).by().reason(), "hospital → 2027-02-01 09:00");
  b.receive(signal("d/2"));
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(b.newest().absent(), "hospital → 2027-02-01 09:00");
  b.receive(signal("d/3", 4, 23));
  EXPECT_EQ(b.newest().kind(), KIND_LINK);  // a technician mends it meanwhile
}

TEST(absence, it_ends_by_itself_or_by_a_person) {
  bench b;
  auto away = b.of_subject("away");
  away.mutable_start_absence()->mutable_absence()->set_until_us(b.now_us + 60 * test::second_us);
  b.act(away);
  b.wait_s(60);
  b.receive(signal("d/1", door, door_open));
  EXPECT_EQ(b.open_cases(), 1);
  EXPECT_EQ(b.pass_time(), 1);
  EXPECT_FALSE(b.state.has_absence());
  away.set_id("again");
  away.mutable_start_absence()->mutable_absence()->clear_until_us();
  b.act(away);
  EXPECT_EQ(triage::next_due(b.state, b.policy), std::nullopt);
  auto back = b.of_subject("back");
  back.mutable_end_absence();
  EXPECT_EQ(b.act(back).verdict, command_verdict::accepted);
}

TEST(route, a_low_battery_waits_for_a_technician) {
  bench b;
  b.receive(signal("d/1", 4, 16));
  EXPECT_EQ(b.newest().list(), WORK_LIST_TECHNICIANS);
  EXPECT_EQ(b.newest().decisions(0).rule(), "varde:battery");
  EXPECT_EQ(b.newest().decisions(0).reason(), "a technician changes batteries");
}

TEST(route, the_built_in_rule_can_be_switched_off) {
  bench b;
  b.rule("varde:battery").set_off(true);
  b.receive(signal("d/1", 4, 16));
  EXPECT_EQ(b.newest().list(), WORK_LIST_OPERATORS);
}

TEST(route, life_stays_with_the_operators_whatever_a_rule_says) {
  bench b;
  auto& rule = b.rule("all");
  rule.mutable_route()->set_list(WORK_LIST_LATER);
  rule.set_own(true);
  rule.mutable_match()->add_device_kinds("button");
  b.about.device_kind = "button";
  b.receive(signal("d/1"));
  EXPECT_EQ(b.newest().list(), WORK_LIST_OPERATORS);
  auto move = b.command(test::operator_named("kari"), "move");
  move.mutable_move_to_list()->set_list(WORK_LIST_LATER);
  EXPECT_EQ(b.act(move).code, "life_stays");
}

TEST(route, a_case_that_becomes_more_urgent_is_the_operators_again) {
  bench b;
  auto& rule = *b.policy.add_lane_rules();
  rule.set_status(76);
  rule.set_lane(LANE_LIFE);
  b.receive(signal("d/1", door, door_open));
  auto move = b.command(test::operator_named("kari"), "move");
  move.mutable_move_to_list()->set_list(WORK_LIST_LATER);
  EXPECT_EQ(b.act(move).verdict, command_verdict::accepted);
  b.receive(signal("d/2", door, 76));
  EXPECT_EQ(b.newest().list(), WORK_LIST_OPERATORS);
}

TEST(noise, more_than_twenty_in_ten_minutes_are_collected_in_one_technical_case) {
  bench b;
  send(b, 20);
  EXPECT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(b.newest().signal_count(), 20u);
  send(b, 10);
  ASSERT_EQ(b.state.cases_size(), 2);
  EXPECT_EQ(b.newest().kind(), KIND_NOISY_DEVICE);
  EXPECT_EQ(b.newest().lane(), LANE_TECHNICAL);
  EXPECT_EQ(b.newest().decisions(0).rule(), "varde:noise");
  EXPECT_EQ(b.newest().decisions(0).reason(), "more than 20 alarms in 600 s");
  EXPECT_EQ(b.newest().signal_count(), 11u);  // with the one that opened it
  EXPECT_EQ(b.state.suppressed_size(), 10);
  EXPECT_EQ(b.state.suppressed(0).in_case(), b.newest().id());
}

TEST(noise, the_first_of_another_kind_and_life_still_pass) {
  bench b;
  send(b, 30);
  b.receive(signal("d/bed", bed, 10));
  EXPECT_EQ(b.newest().kind(), KIND_BED);
  b.receive(signal("d/press"));
  EXPECT_EQ(b.newest().kind(), KIND_SAFETY_ALARM);
  for (int i = 0; i < 40; ++i) b.receive(signal("d/press" + std::to_string(i)));
  EXPECT_EQ(b.newest().signal_count(), 41u);
}

TEST(noise, it_ends_once_half_as_many_came_and_not_before) {
  bench b;
  send(b, 25);
  const auto began = test::start_us;
  // The eleventh newest of the 25 leaves the window.
  const auto over = base::from_us(began + (14 + 600) * test::second_us);
  EXPECT_EQ(triage::next_due(b.state, b.policy), over);
  b.now_us = base::to_us(over) - 1;
  EXPECT_EQ(b.pass_time(), 0);
  b.now_us += 1;
  EXPECT_EQ(b.pass_time(), 1);
  EXPECT_EQ(b.newest().outcome().cause(), "noise_over");
  EXPECT_EQ(b.newest().outcome().note(), "the device is no longer noisy");
  const auto before = b.state.cases(0).signal_count();
  b.receive(signal("d/after", door, door_open));
  EXPECT_EQ(b.state.cases(0).signal_count(), before + 1);
}

TEST(noise, an_operator_who_closes_the_case_ends_it) {
  bench b;
  send(b, 25);
  b.claim("kari");
  b.close("kari");
  b.wait_s(1);
  send(b, 20);
  EXPECT_EQ(b.state.cases(0).signal_count(), 40u);
  send(b, 1);
  EXPECT_EQ(b.open_cases(), 2);
}

TEST(noise, another_sensor_behind_the_same_gateway_is_not_noisy) {
  bench b;
  send(b, 25);
  auto other = signal("d/other", door, door_open);
  other.set_sensor("s-2");
  b.receive(other);
  EXPECT_EQ(b.state.cases(0).signal_count(), 21u);
}

TEST(outage_case, mains_and_links_belong_to_it_and_a_press_does_not) {
  bench b;
  b.about.in_outage = "9901.outages.3";
  b.receive(signal("d/1", 45, 85));
  EXPECT_EQ(b.state.cases_size(), 0);
  EXPECT_EQ(b.state.suppressed(0).in_case(), "9901.outages.3");
  EXPECT_EQ(b.state.suppressed(0).by().rule(), "varde:outage");
  EXPECT_EQ(b.state.suppressed(0).by().reason(), "part of an outage");
  b.receive(signal("d/2"));
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
}
