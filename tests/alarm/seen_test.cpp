// Duplicate detection: what was heard is found again, the newest of it, and nothing else is.
#include "alarm/seen.hpp"

#include <gtest/gtest.h>

#include <string>

#include "alarm/fold.hpp"

namespace varde::alarm {
namespace {

std::string id_of(int number) { return "10140001/" + std::to_string(number); }

TEST(seen, a_signal_is_found_with_where_it_went) {
  v1::SubjectState state;
  add_seen(state, "a", "case-1");
  add_seen(state, "b", "");
  ASSERT_NE(find_seen(state, "a"), nullptr);
  EXPECT_EQ(find_seen(state, "a")->case_id(), "case-1");
  ASSERT_NE(find_seen(state, "b"), nullptr);
  EXPECT_EQ(find_seen(state, "b")->case_id(), "");
  EXPECT_EQ(find_seen(state, "c"), nullptr);
}

TEST(seen, the_oldest_are_forgotten_first) {
  v1::SubjectState state;
  for (int i = 0; i < seen_signals_max + 2; ++i) add_seen(state, id_of(i), "");
  EXPECT_EQ(state.seen_signals_size(), seen_signals_max);
  EXPECT_EQ(find_seen(state, id_of(1)), nullptr);
  for (int i = 2; i < seen_signals_max + 2; ++i)
    EXPECT_NE(find_seen(state, id_of(i)), nullptr) << i;
}

TEST(seen, a_state_of_an_older_version_is_searched_too) {
  v1::SubjectState state;
  for (int i = 0; i < 3; ++i) state.add_seen_signals()->set_id(id_of(i));
  EXPECT_NE(find_seen(state, id_of(1)), nullptr);
  add_seen(state, id_of(3), "");
  EXPECT_EQ(state.seen_digests_size(), 4);
  for (int i = 0; i < 4; ++i) EXPECT_NE(find_seen(state, id_of(i)), nullptr) << i;
  EXPECT_EQ(find_seen(state, id_of(4)), nullptr);
}

TEST(seen, a_digest_alone_is_no_signal) {
  v1::SubjectState state;
  add_seen(state, "a", "");
  state.mutable_seen_signals(0)->set_id("b");  // the digest stays that of "a"
  EXPECT_EQ(find_seen(state, "a"), nullptr);
}

}  // namespace
}  // namespace varde::alarm
