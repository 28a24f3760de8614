// Test mode: answered as real, kept apart, over by itself.
#include <gtest/gtest.h>

#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;
using triage::command_verdict;

namespace {

triage::command_decision start(bench& b, std::int64_t for_s = 0, Kind only = KIND_UNSPECIFIED) {
  auto c = b.of_subject("start-" + std::to_string(b.now_us));
  auto& test = *c.mutable_start_test()->mutable_test();
  test.set_device("10140001");
  if (for_s != 0) test.set_until_us(b.now_us + for_s * test::second_us);
  if (only != KIND_UNSPECIFIED) test.add_kinds(only);
  return b.act(c);
}

}  // namespace

TEST(test_mode, a_press_is_kept_apart_with_what_it_would_have_been) {
  bench b;
  start(b);
  const auto decision = b.receive(signal("d/1"));
  ASSERT_EQ(b.state.cases_size(), 1);
  EXPECT_EQ(decision.case_id, b.newest().id());
  EXPECT_EQ(b.newest().kind(), KIND_TEST);
  EXPECT_EQ(b.newest().lane(), LANE_TECHNICAL);
  EXPECT_EQ(b.newest().list(), WORK_LIST_TESTS);
  EXPECT_EQ(b.newest().decisions(0).reason(), "tested by Operator kari");
  ASSERT_EQ(b.state.suppressed_size(), 1);
  EXPECT_EQ(b.state.suppressed(0).kind(), KIND_SAFETY_ALARM);
  EXPECT_EQ(b.state.suppressed(0).lane(), LANE_LIFE);
  EXPECT_EQ(b.state.tested_at_us().at("10140001"), b.now_us);
  b.receive(signal("d/2"));
  EXPECT_EQ(b.state.cases_size(), 1);
}

TEST(test_mode, what_is_not_tested_passes) {
  bench b;
  start(b, 0, KIND_FALL);
  b.receive(signal("d/1"));
  EXPECT_EQ(b.newest().kind(), KIND_SAFETY_ALARM);
  EXPECT_EQ(b.newest().list(), WORK_LIST_OPERATORS);
  auto other = signal("e/1", 5);
  other.set_device("20140001");
  b.receive(other);
  EXPECT_EQ(b.newest().kind(), KIND_FALL);
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
}

TEST(test_mode, it_ends_by_itself_and_its_case_with_it) {
  bench b;
  start(b);
  b.receive(signal("d/1"));
  b.wait_s(1'799);
  EXPECT_EQ(b.pass_time(), 0);
  b.wait_s(1);
  EXPECT_EQ(b.pass_time(), 1);
  EXPECT_EQ(b.state.tests_size(), 0);
  EXPECT_EQ(b.pass_time(), 1);
  EXPECT_EQ(b.newest().outcome().kind(), OUTCOME_KIND_TEST);
  EXPECT_EQ(b.newest().outcome().cause(), "test_over");
  EXPECT_EQ(triage::next_due(b.state, b.policy), std::nullopt);
  b.receive(signal("d/2"));
  EXPECT_EQ(b.newest().kind(), KIND_SAFETY_ALARM);
}

TEST(test_mode, an_expired_test_hides_nothing_even_before_its_end_is_written) {
  bench b;
  start(b, 60);
  b.wait_s(60);
  b.receive(signal("d/1"));
  EXPECT_EQ(b.newest().kind(), KIND_SAFETY_ALARM);
}

TEST(test_mode, it_has_a_bound_and_an_end) {
  bench b;
  EXPECT_EQ(start(b, 86'401).code, "too_long");
  EXPECT_EQ(start(b, -1).code, "already_over");
  EXPECT_EQ(start(b, 86'400).verdict, command_verdict::accepted);
  auto stop = b.of_subject("stop");
  stop.mutable_stop_test()->set_device("10140001");
  const auto stopped = b.act(stop);
  EXPECT_EQ(stopped.verdict, command_verdict::accepted);
  EXPECT_FALSE(stopped.entries[0].test_ended().expired());
}

TEST(test_mode, an_operator_makes_a_real_case_of_a_test_signal) {
  bench b;
  start(b);
  b.receive(signal("d/1"));
  auto raise = b.of_subject("raise");
  raise.mutable_raise_suppressed()->set_signal("d/1");
  EXPECT_EQ(b.act(raise).verdict, command_verdict::accepted);
  EXPECT_EQ(b.newest().kind(), KIND_SAFETY_ALARM);
  EXPECT_EQ(b.newest().lane(), LANE_LIFE);
  EXPECT_EQ(b.state.suppressed_size(), 0);
}

TEST(test_mode, a_periodic_test_is_remembered_without_any_mode) {
  bench b;
  b.receive(signal("d/1", 2, 102));
  EXPECT_EQ(b.state.tested_at_us().at("10140001"), b.now_us);
  EXPECT_EQ(b.state.cases_size(), 0);
}
