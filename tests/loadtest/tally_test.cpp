// The generator's book: latency from the intended moment, first verdict counts, and an audit that
// finds what is lost or doubled.
#include "tally.hpp"

#include <gtest/gtest.h>

namespace {

using namespace varde::load;
using namespace std::chrono_literals;

const clock::time_point start{};

struct one_device : testing::Test {
  tally book;
  std::size_t device = book.add_device("26001");

  void acknowledged(int count) {
    for (int i = 0; i < count; ++i) {
      book.settle(device, book.plan(device, start), fate::acknowledged, start + 1ms);
    }
  }
};

TEST_F(one_device, latency_counts_from_the_intended_moment) {
  const auto number = book.plan(device, start + 10ms);
  EXPECT_TRUE(book.settle(device, number, fate::acknowledged, start + 25ms));
  EXPECT_EQ(book.acknowledge_latency().max_us(), 15'000u);
}

TEST_F(one_device, the_first_verdict_counts) {
  const auto number = book.plan(device, start);
  EXPECT_TRUE(book.settle(device, number, fate::acknowledged, start));
  EXPECT_FALSE(book.settle(device, number, fate::busy, start));
  EXPECT_FALSE(book.settle(device, number + 1, fate::acknowledged, start)) << "never sent";
  EXPECT_EQ(book.settled(), 1u);
}

TEST_F(one_device, the_board_shows_signals_in_the_order_they_were_sent) {
  book.set_baseline("26001", 5);
  book.plan(device, start);
  book.plan(device, start + 2ms);
  book.show("26001", 6, start + 10ms);
  EXPECT_EQ(book.show_latency().max_us(), 10'000u);
  book.show("26001", 7, start + 40ms);
  EXPECT_EQ(book.show_latency().count(), 2u);
  EXPECT_EQ(book.show_latency().max_us(), 38'000u);
}

TEST_F(one_device, a_signal_that_was_not_taken_is_not_waited_for_on_the_board) {
  book.settle(device, book.plan(device, start), fate::busy, start);
  const auto second = book.plan(device, start + 1ms);
  book.settle(device, second, fate::acknowledged, start + 2ms);
  EXPECT_FALSE(book.all_shown());
  book.show("26001", 1, start + 3ms);
  EXPECT_TRUE(book.all_shown());
  EXPECT_EQ(book.show_latency().max_us(), 2'000u);
}

TEST_F(one_device, what_is_shown_of_another_without_being_acknowledged_does_not_stand_for_it) {
  acknowledged(1);
  book.plan(book.add_device("26002"), start);
  book.show("26002", 1, start + 1ms);
  EXPECT_FALSE(book.all_shown());
  book.show("26001", 1, start + 1ms);
  EXPECT_TRUE(book.all_shown());
}

TEST_F(one_device, the_audit_is_content_when_the_board_has_what_was_acknowledged) {
  acknowledged(3);
  const auto found = book.check({{"26001", 3}, {"somebody else", 9}});
  EXPECT_EQ(found.lost + found.doubled, 0u);
}

TEST_F(one_device, an_acknowledged_signal_that_is_on_no_case_is_lost) {
  acknowledged(3);
  const auto found = book.check({{"26001", 2}});
  EXPECT_EQ(found.lost, 1u);
  EXPECT_EQ(found.example, "26001");
}

TEST_F(one_device, what_a_rule_kept_off_the_board_is_not_lost) {
  acknowledged(3);
  const auto found = book.check({{"26001", 1}}, {{"26001", 2}});
  EXPECT_EQ(found.lost + found.doubled, 0u);
  EXPECT_EQ(found.by_rules, 2u);
  EXPECT_EQ(book.check({{"26001", 1}}, {{"26001", 1}}).lost, 1u);
  EXPECT_EQ(book.check({{"26001", 2}}, {{"26001", 2}}).doubled, 1u);
}

TEST_F(one_device, more_on_the_board_than_was_sent_is_doubled) {
  acknowledged(3);
  EXPECT_EQ(book.check({{"26001", 5}}).doubled, 2u);
}

TEST_F(one_device, a_signal_without_a_verdict_may_be_on_the_board_or_not) {
  book.plan(device, start);
  EXPECT_EQ(book.check({}).lost, 0u);
  EXPECT_EQ(book.check({{"26001", 1}}).doubled, 0u);
}

TEST(tally, what_another_book_has_of_other_devices_and_streams_is_taken_over) {
  tally measured, beside;
  for (tally* book : {&measured, &beside}) book->set_streams(2);
  const auto ours = measured.add_device("26001");
  measured.settle(ours, measured.plan(ours, start, 0), fate::acknowledged, start + 2ms);
  const auto theirs = beside.add_device("26002");
  beside.settle(theirs, beside.plan(theirs, start, 1), fate::acknowledged, start + 90ms);
  beside.settle(theirs, beside.plan(theirs, start, 1), fate::busy, start);

  measured.absorb(beside);
  EXPECT_EQ(measured.planned(), 3u);
  EXPECT_EQ(measured.busy(), 1u);
  EXPECT_EQ(measured.streams()[0].to_acknowledge.max_us(), 2'000u);
  EXPECT_EQ(measured.streams()[1].acknowledged, 1u);
  EXPECT_EQ(measured.acknowledge_latency().max_us(), 90'000u);
  measured.show("26002", 1, start + 100ms);
  EXPECT_FALSE(measured.all_shown()) << "26001 is not";
  EXPECT_EQ(measured.check({{"26001", 1}}).lost, 1u) << "26002 is nowhere";
  EXPECT_EQ(measured.check({{"26001", 1}, {"26002", 1}}).lost, 0u);
}

}  // namespace
