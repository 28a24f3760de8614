// Which list a case stands on and what put it there, however often it was moved.
#include <gtest/gtest.h>

#include "alarm/fold.hpp"

namespace varde::test {
namespace {

class moved_to_list : public ::testing::Test {
 protected:
  void apply(alarm::v1::Entry entry) {
    entry.set_municipality("9901");
    entry.set_subject("r-1");
    entry.set_version(state.version() + 1);
    entry.set_case_id("9901.r-1.1");
    ASSERT_TRUE(alarm::apply(state, entry));
  }
  void open() {
    alarm::v1::Entry entry;
    entry.mutable_case_opened()->set_kind(alarm::v1::KIND_BATTERY);
    apply(std::move(entry));
  }
  void move(alarm::v1::WorkList list, const std::string& rule) {
    alarm::v1::Entry entry;
    entry.mutable_moved_to_list()->set_list(list);
    entry.mutable_moved_to_list()->mutable_by()->set_rule(rule);
    apply(std::move(entry));
  }
  [[nodiscard]] const alarm::v1::Case& now() const { return state.cases(0); }

  alarm::v1::SubjectState state;
};

TEST_F(moved_to_list, the_newest_move_is_the_newest_decision_each_time) {
  open();
  for (int round = 0; round < 3; ++round) {
    move(alarm::v1::WORK_LIST_LATER, "varde:flood");
    EXPECT_EQ(now().decisions().rbegin()->rule(), "varde:flood");
    move(alarm::v1::WORK_LIST_OPERATORS, "varde:flood_over");
    EXPECT_EQ(now().decisions().rbegin()->rule(), "varde:flood_over");
  }
  EXPECT_EQ(now().decisions_size(), 2);
}

TEST_F(moved_to_list, a_move_is_noted_also_where_the_list_of_decisions_is_full) {
  open();
  for (int i = 0; i < alarm::decisions_max + 4; ++i)
    move(alarm::v1::WORK_LIST_LATER, "rule-" + std::to_string(i));
  move(alarm::v1::WORK_LIST_PARTNER, "varde:flood");
  EXPECT_EQ(now().decisions_size(), alarm::decisions_max);
  EXPECT_EQ(now().decisions().rbegin()->rule(), "varde:flood");
}

}  // namespace
}  // namespace varde::test
