// Outages as cases: opened, changed, worked through and over; and what else rules and time do to
// cases by command.
#include <gtest/gtest.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;
using triage::command_verdict;

namespace {

Command by_system(bench& b, const std::string& id, const std::string& case_id = {}) {
  auto c = b.of_subject(id);
  c.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
  c.mutable_actor()->set_user("system");
  c.set_case_id(case_id);
  return c;
}

void add_child(OutageChanged& change, const std::string& device, const std::string& subject) {
  auto& child = *change.add_joined();
  child.set_protocol("scaip");
  child.set_device(device);
  child.set_subject(subject);
}

/// An outage of a power area with two homes in it.
bench with_outage() {
  bench b;
  b.state.set_subject("outages");
  auto open = by_system(b, "open");
  auto& change = *open.mutable_change_outage()->mutable_change();
  change.set_parent("power:north");
  change.mutable_summary()->set_devices_down(2);
  change.mutable_summary()->set_began_at_us(b.now_us);
  change.mutable_by()->set_rule("varde:outage");
  change.mutable_by()->set_reason("2 of 2 devices");
  add_child(change, "1", "r-1");
  add_child(change, "2", "r-2");
  EXPECT_EQ(b.act(open).verdict, command_verdict::accepted);
  return b;
}

}  // namespace

TEST(outages, the_first_change_opens_a_care_case_that_says_on_what_they_hang) {
  auto b = with_outage();
  EXPECT_EQ(b.newest().kind(), KIND_OUTAGE);
  EXPECT_EQ(b.newest().lane(), LANE_CARE);
  EXPECT_EQ(b.newest().lane_reason(), "outage:power:north");
  EXPECT_EQ(b.newest().outage().devices_down(), 2u);
  EXPECT_EQ(b.newest().decisions(0).reason(), "2 of 2 devices");
  ASSERT_EQ(b.state.outages_size(), 1);
  EXPECT_EQ(b.state.outages(0).children().size(), 2u);
}

TEST(outages, one_parent_has_one_open_outage_and_two_parents_have_two) {
  auto b = with_outage();
  auto again = by_system(b, "again");
  again.mutable_change_outage()->mutable_change()->set_parent("power:north");
  EXPECT_EQ(b.act(again).code, "already_open");
  again.mutable_change_outage()->mutable_change()->set_parent("power:south");
  EXPECT_EQ(b.act(again).verdict, command_verdict::accepted);
  EXPECT_EQ(b.state.outages_size(), 2);
  EXPECT_EQ(b.open_cases(), 2);
}

TEST(outages, devices_come_back_and_residents_are_reached) {
  auto b = with_outage();
  auto reach = b.command(test::operator_named("kari"), "reach");
  reach.mutable_mark_reached()->set_subject("r-2");
  reach.mutable_mark_reached()->set_how("phone");
  EXPECT_EQ(b.act(reach).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().outage().residents_reached(), 1u);
  auto back = by_system(b, "back", b.newest().id());
  auto& change = *back.mutable_change_outage()->mutable_change();
  change.add_back("scaip/1");
  change.mutable_summary()->set_devices_back(1);
  EXPECT_EQ(b.act(back).verdict, command_verdict::accepted);
  const auto& children = b.state.outages(0).children();
  EXPECT_EQ(children.at("scaip/1").back_at_us(), b.now_us);
  EXPECT_EQ(children.at("scaip/2").reached_by(), "Operator kari");
  EXPECT_EQ(b.newest().outage().parent(), "power:north");
  EXPECT_EQ(b.newest().outage().residents_reached(), 1u);
  reach.set_id("reach2");
  reach.mutable_mark_reached()->set_subject("r-9");
  EXPECT_EQ(b.act(reach).code, "no_such_resident");
}

TEST(outages, what_is_over_closes_by_itself_if_nobody_has_it) {
  auto b = with_outage();
  auto over = by_system(b, "over", b.newest().id());
  over.mutable_close_by_system()->set_cause("outage_over");
  b.claim("kari");
  EXPECT_EQ(b.act(over).code, "already_claimed");
  auto release = b.command(test::operator_named("kari"), "release");
  release.mutable_release();
  b.act(release);
  EXPECT_EQ(b.act(over).verdict, command_verdict::accepted);
  EXPECT_EQ(b.state.outages_size(), 0);
}

TEST(outages, a_change_has_a_bound) {
  auto b = with_outage();
  auto big = by_system(b, "big", b.newest().id());
  for (int i = 0; i < 501; ++i)
    big.mutable_change_outage()->mutable_change()->add_back("scaip/" + std::to_string(i));
  EXPECT_EQ(b.act(big).code, "too_many");
}

TEST(by_system, a_personal_case_is_never_closed_without_a_person) {
  bench b;
  b.receive(signal("d/1"));
  auto close = by_system(b, "close", b.newest().id());
  close.mutable_close_by_system()->set_cause("restored");
  EXPECT_EQ(b.act(close).code, "personal");
  b.receive(signal("d/2", 4, 85));
  close.set_case_id(b.newest().id());
  *close.mutable_actor() = test::operator_named("kari");
  EXPECT_EQ(b.act(close).code, "not_the_system");
}

TEST(by_system, a_step_of_an_escalation_is_taken_once_and_not_after_an_answer) {
  bench b;
  b.receive(signal("d/1"));
  auto up = by_system(b, "up1", b.newest().id());
  auto& step = *up.mutable_escalate()->mutable_step();
  step.set_step(1);
  step.set_of("answer");
  step.set_to("administrator");
  EXPECT_EQ(b.act(up).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().escalations(0).to(), "administrator");
  up.set_id("up1-again");
  EXPECT_EQ(b.act(up).code, "already_escalated");
  b.claim("kari");
  up.set_id("up2");
  step.set_step(2);
  EXPECT_EQ(b.act(up).code, "already_claimed");
}
