// What rules kept off the board is found again, and what was decided twice is not overlooked.
#include "ledger_book.hpp"

#include <gtest/gtest.h>

namespace {

using varde::load::ledger_book;
namespace v1 = varde::alarm::v1;

v1::Signal signal(const char* id, const char* protocol = "native") {
  v1::Signal made;
  made.set_id(id);
  made.set_protocol(protocol);
  made.set_device("d1");
  return made;
}
v1::Entry opened(const char* case_id, const v1::Signal& with) {
  v1::Entry entry;
  entry.set_case_id(case_id);
  *entry.mutable_case_opened()->mutable_signal() = with;
  return entry;
}
v1::Entry recorded(const char* id, const char* in_case, bool by_rule = true) {
  v1::Entry entry;
  *entry.mutable_signal_recorded()->mutable_signal() = signal(id);
  entry.mutable_signal_recorded()->set_in_case(in_case);
  if (by_rule) entry.mutable_signal_recorded()->mutable_by()->set_rule("noise");
  return entry;
}
v1::Entry held(const char* id) {
  v1::Entry entry;
  *entry.mutable_signal_held()->mutable_held()->mutable_signal() = signal(id);
  return entry;
}

struct a_ledger : testing::Test {
  ledger_book book{"native"};
  std::uint64_t kept(const std::unordered_set<std::string>& cases_before = {}) {
    std::uint64_t all = 0;
    for (const auto& one : book.kept_by_rules(cases_before)) all += one.signals;
    return all;
  }
};

TEST_F(a_ledger, what_stands_in_a_case_is_kept_by_no_rule) {
  book.take(opened("c1", signal("d1/1")));
  EXPECT_EQ(kept(), 0u);
}

TEST_F(a_ledger, what_a_case_of_its_own_subject_collects_is_on_the_board) {
  auto entry = recorded("d1/2", "9901.r-1.7");
  entry.set_municipality("9901");
  entry.set_subject("r-1");
  entry.set_case_id("9901.r-1.7");
  book.take(entry);
  EXPECT_EQ(kept({"9901.r-1.7"}), 0u);
}

TEST_F(a_ledger, what_another_subjects_case_explains_is_found_only_with_that_case) {
  book.take(recorded("d1/2", "c2"));
  EXPECT_EQ(kept(), 0u) << "nobody would find it";
  EXPECT_EQ(kept({"c2"}), 1u);
  book.take(opened("c2", signal("noise/d1", "supervision")));
  EXPECT_EQ(kept(), 1u);
}

TEST_F(a_ledger, what_was_recorded_without_a_rule_is_not_found) {
  book.take(recorded("d1/3", "", false));
  EXPECT_EQ(kept(), 0u);
}

TEST_F(a_ledger, what_waits_is_found_until_it_is_a_case) {
  book.take(held("d1/4"));
  EXPECT_EQ(kept(), 1u);
  book.take(opened("c3", signal("d1/4")));
  EXPECT_EQ(kept(), 0u);
  EXPECT_TRUE(book.twice().empty());
}

TEST_F(a_ledger, a_signal_decided_twice_is_told) {
  book.take(opened("c4", signal("d1/5")));
  book.take(recorded("d1/5", "c4"));
  EXPECT_EQ(book.twice(), std::vector<std::string>{"d1/5"});
}

TEST_F(a_ledger, other_protocols_are_not_counted) {
  book.take(opened("c5", signal("26001/1", "scaip")));
  book.take(opened("c6", signal("26001/1", "scaip")));
  EXPECT_TRUE(book.twice().empty());
}

}  // namespace
