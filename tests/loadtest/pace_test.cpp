// The pace: evenly spaced, by the profile, and never by what the server does.
#include "pace.hpp"

#include <gtest/gtest.h>

namespace {

using namespace varde::load;
using namespace std::chrono_literals;

const clock::time_point start{};

std::size_t sent_before(pace& of, clock::time_point until) {
  std::size_t sent = 0;
  for (; !of.done() && of.next_at() < until; of.advance()) ++sent;
  return sent;
}

TEST(pace, nothing_is_to_be_sent_at_first) { EXPECT_TRUE(pace().done()); }

TEST(pace, signals_are_evenly_spaced) {
  pace even(start, 100, 3);
  EXPECT_EQ(even.next_at(), start);
  even.advance();
  EXPECT_EQ(even.next_at(), start + 10ms);
  even.advance();
  even.advance();
  EXPECT_TRUE(even.done());
}

TEST(pace, the_rate_follows_the_profile) {
  pace morning(start, 100, 10.0, {{.from = 0, .share = 0.1}, {.from = 0.5, .share = 2}});
  EXPECT_EQ(sent_before(morning, start + 5s), 50u);
  EXPECT_EQ(sent_before(morning, start + 11s), 1'000u);
  EXPECT_TRUE(morning.done());
}

TEST(pace, a_rate_of_nothing_is_done_at_once) { EXPECT_TRUE(pace(start, 0, 10.0, {}).done()); }

}  // namespace
