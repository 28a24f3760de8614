// Reading the live feed: totals for each device over all cases, whatever order or repetition the
// frames come in.
#include "board_book.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace {

using varde::load::board_book;
using varde::load::shown_device;
using frame = board_book::frame;

std::string case_json(const char* id, int version, const char* device, int count,
                      const char* signal = "s", const char* protocol = "native") {
  return fmt::format(R"({{"id":"{}","version":{},"alarms":[)"
                     R"({{"protocol":"{}","device":"{}","count":{},"signal_id":"{}"}}]}})",
                     id, version, protocol, device, count, signal);
}
std::string snapshot(const std::string& cases) {
  return R"({"type":"snapshot","token":"t","cases":[)" + cases + "]}";
}
std::string change(const std::string& one) {
  return R"({"type":"changes","token":"t","changes":[{"case":)" + one + "}]}";
}

struct a_board : testing::Test {
  board_book book{"native"};
  std::vector<shown_device> changed;
};

TEST_F(a_board, a_snapshot_gives_the_totals) {
  EXPECT_EQ(book.read(snapshot(case_json("a", 1, "d1", 2) + "," + case_json("b", 1, "d1", 3, "t")),
                      changed),
            frame::snapshot);
  ASSERT_EQ(book.totals().size(), 1u);
  EXPECT_EQ(book.totals()[0].signals, 5u);
}

TEST_F(a_board, a_change_says_the_new_total) {
  book.read(snapshot(case_json("a", 1, "d1", 2)), changed);
  changed.clear();
  EXPECT_EQ(book.read(change(case_json("a", 2, "d1", 4)), changed), frame::changes);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].device, "d1");
  EXPECT_EQ(changed[0].signals, 4u);
}

TEST_F(a_board, a_difference_says_the_new_total_and_a_missed_base_is_counted) {
  book.read(snapshot(case_json("a", 1, "d1", 2)), changed);
  const auto differs = [](int base, const char* alarms) {
    return fmt::format(R"({{"type":"changes","token":"t","changes":[{{"id":"a","base":{},)"
                       R"("differs":{{"version":{},"alarms":{}}}}}]}})",
                       base, base + 1, alarms);
  };
  changed.clear();
  book.read(differs(1, R"({"0":{"count":5}})"), changed);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].signals, 5u);
  book.read(differs(2, R"({"1":{"protocol":"native","device":"d2","count":1,"signal_id":"t"}})"),
            changed);
  EXPECT_EQ(book.totals().size(), 2u);
  book.read(differs(3, R"([{"protocol":"native","device":"d1","count":7,"signal_id":"s"}])"),
            changed);
  EXPECT_EQ(changed.back().signals, 7u);
  book.read(R"({"type":"changes","token":"t","changes":[)"
            R"({"id":"a","base":4,"differs":{"version":5,"alarms":{"0":{"count":9}}}},)"
            R"({"id":"b","like":"a","base":4,"differs":{"id":"b","version":1,)"
            R"("alarms":{"0":{"device":"d3","signal_id":"u"}}}}]})",
            changed);
  book.read(R"({"type":"changes","token":"t","changes":[)"
            R"({"id":"c","like":"b","base":1,"differs":{"id":"c",)"
            R"("alarms":{"0":{"device":"d4","signal_id":"v"}}}},)"
            R"({"id":"b","base":1,"differs":{"version":2}}]})",
            changed);
  book.read(R"({"type":"changes","token":"t","changes":[)"
            R"({"id":"c","base":1,"differs":{"version":2,"signal_count":2}}]})",
            changed);
  EXPECT_EQ(changed.back().device, "d4");
  changed.pop_back();
  EXPECT_EQ(changed.back().device, "d3");
  EXPECT_EQ(changed.back().signals, 7u);
  // What the console held of a case doesn't matter when the case is told by one that is like it.
  book.read(R"({"type":"changes","token":"t","changes":[)"
            R"({"id":"a","like":"c","base":2,"differs":{"id":"a","version":6,)"
            R"("alarms":{"0":{"device":"d1","count":11}}}}]})",
            changed);
  EXPECT_EQ(changed.back().device, "d1");
  EXPECT_EQ(changed.back().signals, 11u);
  EXPECT_EQ(book.missed_bases(), 0u);
  book.read(differs(9, R"({"0":{"count":8}})"), changed);
  EXPECT_EQ(book.missed_bases(), 1u);
}

TEST_F(a_board, an_older_version_of_a_case_changes_nothing) {
  book.read(change(case_json("a", 3, "d1", 4)), changed);
  changed.clear();
  book.read(change(case_json("a", 2, "d1", 2)), changed);
  EXPECT_TRUE(changed.empty());
}

TEST_F(a_board, another_protocols_devices_are_not_counted) {
  book.read(change(case_json("a", 1, "d1", 4, "s", "scaip")), changed);
  EXPECT_TRUE(changed.empty());
}

TEST_F(a_board, a_signal_in_two_cases_is_found) {
  book.read(snapshot(case_json("a", 1, "d1", 1, "x") + "," + case_json("b", 1, "d1", 1, "x")),
            changed);
  EXPECT_EQ(book.signals_in_two_cases(), std::vector<std::string>{"x"});
}

TEST_F(a_board, beats_are_passed_over_and_rubbish_is_said_to_be_unreadable) {
  EXPECT_EQ(book.read(R"({"type":"beat","at":"…"})", changed), frame::other);
  EXPECT_EQ(book.read("{", changed), frame::unreadable);
}

}  // namespace
