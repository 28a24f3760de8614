// Nobody answers, nobody accepts: which step falls due when, what it does, and that it does it
// exactly once.
#include "triage/escalation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;
using triage::command_verdict;

namespace {

void add_step(google::protobuf::RepeatedPtrField<registry::v1::EscalationStep>& chain,
              std::uint32_t after_s, const char* to) {
  chain.Add()->set_after_s(after_s);
  chain.rbegin()->set_to(to);
}

std::optional<Command> due(const bench& b) {
  return triage::escalation_due(b.newest(), b.policy, b.at().now);
}

/// Lets time take everything that is due; the number of steps that were taken.
int take_due(bench& b) {
  int taken = 0;
  while (const auto command = due(b)) {
    EXPECT_EQ(b.act(*command).verdict, command_verdict::accepted);
    ++taken;
  }
  return taken;
}

struct escalation : testing::Test {
  bench b;

  void press() { b.receive(signal("d/1")); }
  void send_a_team() {
    press();
    b.claim("kari");
    b.dispatch("kari", "day");
  }
};

}  // namespace

TEST_F(escalation, without_a_chain_operators_hear_at_the_target_and_administrators_at_the_limit) {
  press();
  b.wait_s(59);
  EXPECT_EQ(take_due(b), 0);
  b.wait_s(1);
  EXPECT_EQ(take_due(b), 1);
  b.wait_s(120);
  EXPECT_EQ(take_due(b), 1);
  const auto& steps = b.newest().escalations();
  ASSERT_EQ(steps.size(), 2);
  EXPECT_EQ(steps[0].of(), "answer");
  EXPECT_EQ(steps[0].to(), "operators");
  EXPECT_EQ(steps[0].at_us(), test::start_us + 60 * test::second_us);
  EXPECT_EQ(steps[1].to(), "administrator");
  b.wait_s(3600);
  EXPECT_EQ(take_due(b), 0);
}

TEST_F(escalation, a_step_is_taken_once_however_often_it_is_asked_for) {
  press();
  b.wait_s(60);
  const auto command = due(b);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->id(), "escalate/answer/1");
  EXPECT_EQ(b.act(*command).verdict, command_verdict::accepted);
  EXPECT_EQ(b.act(*command).verdict, command_verdict::repeated);
  auto forgotten = *command;
  forgotten.set_id("another");
  EXPECT_EQ(b.act(forgotten).code, "already_escalated");
  EXPECT_EQ(b.newest().escalations_size(), 1);
}

TEST_F(escalation, a_case_that_somebody_has_is_answered) {
  press();
  b.wait_s(60);
  const auto command = due(b);
  ASSERT_TRUE(command);
  b.claim("kari");
  EXPECT_FALSE(due(b));
  EXPECT_EQ(b.act(*command).code, "already_claimed") << "decided on an older state";
}

TEST_F(escalation, technical_low_and_put_off_cases_are_not_escalated) {
  b.receive(signal("d/1", 4, 16));  // battery
  b.wait_s(3600);
  EXPECT_FALSE(due(b));
  b.receive(signal("d/2", 14, 76));  // an open door, low care
  b.wait_s(3600);
  EXPECT_FALSE(due(b));
  b.receive(signal("d/3", 12));  // bed
  auto later = b.command(test::operator_named("kari"), "later");
  later.mutable_move_to_list()->set_list(WORK_LIST_LATER);
  ASSERT_EQ(b.act(later).verdict, command_verdict::accepted);
  b.wait_s(3600);
  EXPECT_FALSE(due(b));
}

TEST_F(escalation, a_team_that_the_chain_names_is_sent_though_nobody_has_answered) {
  add_step(*b.policy.mutable_answer_escalation(), 120, "team:night");
  b.policy.set_version(7);
  press();
  b.wait_s(120);
  auto command = due(b);
  ASSERT_TRUE(command);
  command->mutable_escalate()->mutable_step()->set_to_name("Nattvakt");
  const auto decision = b.act(*command);
  ASSERT_EQ(decision.entries.size(), 2u);
  EXPECT_EQ(decision.entries[0].escalated().by().rule(), "varde:escalation");
  EXPECT_EQ(decision.entries[0].escalated().by().policy_version(), 7u);
  ASSERT_EQ(b.newest().visits_size(), 1);
  EXPECT_EQ(b.newest().visits(0).team(), "night");
  EXPECT_EQ(b.newest().visits(0).team_name(), "Nattvakt");
  EXPECT_EQ(b.newest().state(), CASE_STATE_OPEN) << "it still waits for an operator";
  EXPECT_EQ(b.claim("kari").verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().state(), CASE_STATE_DISPATCHED);
}

TEST_F(escalation, a_visit_that_nobody_accepts_goes_from_team_to_team) {
  add_step(*b.policy.mutable_visit_escalation(), 90, "team:neighbour");
  add_step(*b.policy.mutable_visit_escalation(), 180, "team:9902/night");
  add_step(*b.policy.mutable_visit_escalation(), 300, "administrator");
  send_a_team();
  b.wait_s(90);
  EXPECT_EQ(take_due(b), 1);
  ASSERT_EQ(b.newest().visits_size(), 2);
  EXPECT_EQ(b.newest().visits(0).state(), VISIT_STATE_TIMED_OUT);
  EXPECT_EQ(b.newest().visits(1).team(), "neighbour");
  EXPECT_EQ(b.newest().state(), CASE_STATE_DISPATCHED);
  b.wait_s(90);
  EXPECT_EQ(take_due(b), 1) << "counted since the first offer";
  EXPECT_EQ(b.newest().visits(1).state(), VISIT_STATE_TIMED_OUT);
  EXPECT_EQ(b.newest().visits(2).team(), "9902/night");
  b.wait_s(120);
  EXPECT_EQ(take_due(b), 1);
  EXPECT_EQ(b.newest().visits_size(), 3) << "an administrator is told, the offer stands";
  EXPECT_EQ(b.newest().visits(2).state(), VISIT_STATE_OFFERED);
}

TEST_F(escalation, a_visit_that_somebody_accepted_goes_no_further) {
  add_step(*b.policy.mutable_visit_escalation(), 90, "team:night");
  send_a_team();
  b.wait_s(90);
  const auto command = due(b);
  ASSERT_TRUE(command);
  b.move_visit("ola", VISIT_STATE_ACCEPTED);
  EXPECT_FALSE(due(b));
  EXPECT_EQ(b.act(*command).code, "visit_state");
}

TEST_F(escalation, a_team_that_is_on_its_way_already_is_not_sent_twice) {
  add_step(*b.policy.mutable_visit_escalation(), 90, "team:day");
  send_a_team();
  b.wait_s(90);
  EXPECT_EQ(take_due(b), 1);
  EXPECT_EQ(b.newest().visits_size(), 1);
  EXPECT_EQ(b.newest().visits(0).state(), VISIT_STATE_OFFERED);
}

TEST_F(escalation, without_a_chain_operators_hear_of_a_visit_after_twice_the_offers_time) {
  send_a_team();
  b.wait_s(119);
  EXPECT_FALSE(due(b));
  b.wait_s(1);
  EXPECT_EQ(take_due(b), 1);
  EXPECT_EQ(b.newest().escalations(0).of(), b.newest().visits(0).id());
  EXPECT_EQ(b.newest().escalations(0).to(), "operators");
  EXPECT_TRUE(b.newest().attention());
}

// Whatever chain and however rarely time is looked at: every step is taken in its order, none
// twice, and at most one team is asked at a time.
TEST(properties, an_escalation_takes_each_step_once_and_in_order) {
  EXPECT_TRUE(rc::check([] {
    bench b;
    std::uint32_t after_s = 0;
    const auto steps = *rc::gen::inRange(1, 8);
    for (int i = 0; i < steps; ++i) {
      after_s += *rc::gen::inRange<std::uint32_t>(1, 200);
      add_step(*b.policy.mutable_visit_escalation(), after_s,
               *rc::gen::elementOf(
                   std::vector<const char*>{"operators", "team:a", "team:b", "administrator"}));
    }
    b.receive(signal("d/1"));
    b.claim("kari");
    b.dispatch("kari", "day");
    for (int i = 0; i < 20; ++i) {
      b.wait_s(*rc::gen::inRange(1, 200));
      take_due(b);
      int offered = 0;
      for (const auto& visit : b.newest().visits()) offered += visit.state() == VISIT_STATE_OFFERED;
      RC_ASSERT(offered == 1);
    }
    b.wait_s(2'000);
    take_due(b);
    RC_ASSERT(b.newest().escalations_size() == steps);
    for (int i = 0; i < steps; ++i)
      RC_ASSERT(b.newest().escalations(i).step() == static_cast<std::uint32_t>(i) + 1);
  }));
}
