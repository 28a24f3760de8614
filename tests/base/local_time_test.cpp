// Norwegian time on both sides of both changes of the clock.
#include "base/local_time.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace varde::base;
using namespace std::chrono_literals;
using std::chrono::local_days;
using std::chrono::minutes;

namespace {

wall_time utc(std::string_view text) { return from_rfc3339(text).value(); }
local_days day(std::string_view text) { return local_date(text).value(); }

}  // namespace

TEST(local_time, the_clock_on_the_wall_follows_the_rule) {
  struct row {
    std::string_view utc, day;
    minutes clock;
    unsigned weekday;
  };
  constexpr std::array rows{
      row{"2026-01-15T12:00:00Z", "2026-01-15", 13h, 4},
      row{"2026-07-15T12:00:00Z", "2026-07-15", 14h, 3},
      row{"2026-12-31T23:30:00Z", "2027-01-01", 30min, 5},
      row{"2026-03-29T00:59:00Z", "2026-03-29", 1h + 59min, 7},
      row{"2026-03-29T01:00:00Z", "2026-03-29", 3h, 7},
      row{"2026-10-25T00:59:00Z", "2026-10-25", 2h + 59min, 7},
      row{"2026-10-25T01:00:00Z", "2026-10-25", 2h, 7},
  };
  for (const auto& one : rows) {
    const auto shown = to_local(utc(one.utc));
    EXPECT_EQ(shown.day, day(one.day)) << one.utc;
    EXPECT_EQ(shown.since_midnight, one.clock) << one.utc;
    EXPECT_EQ(shown.weekday, one.weekday) << one.utc;
  }
}

TEST(local_time, a_time_by_the_clock_is_found_again) {
  EXPECT_EQ(from_local(day("2026-01-15"), 13h), utc("2026-01-15T12:00:00Z"));
  EXPECT_EQ(from_local(day("2026-07-15"), 14h), utc("2026-07-15T12:00:00Z"));
  EXPECT_EQ(from_local(day("2026-07-15"), 24h), utc("2026-07-15T22:00:00Z"));
}

TEST(local_time, what_the_clock_skips_in_march_is_an_hour_later) {
  EXPECT_EQ(from_local(day("2026-03-29"), 2h + 30min), utc("2026-03-29T01:30:00Z"));
  EXPECT_EQ(from_local(day("2026-03-29"), 3h), utc("2026-03-29T01:00:00Z"));
}

TEST(local_time, what_the_clock_shows_twice_in_october_is_the_first) {
  EXPECT_EQ(from_local(day("2026-10-25"), 2h + 30min), utc("2026-10-25T00:30:00Z"));
  EXPECT_EQ(from_local(day("2026-10-25"), 3h), utc("2026-10-25T02:00:00Z"));
}

TEST(local_time, times_of_day_and_dates_are_read_strictly) {
  EXPECT_EQ(time_of_day("22:05"), 22h + 5min);
  EXPECT_EQ(time_of_day("24:00"), 24h);
  for (const auto* wrong : {"", "9:00", "24:01", "12:60", "12.00", "12:000", "-1:00", "aa:bb"})
    EXPECT_FALSE(time_of_day(wrong)) << wrong;
  for (const auto* wrong : {"", "2026-02-30", "2026-13-01", "26-01-01", "2026/01/01"})
    EXPECT_FALSE(local_date(wrong)) << wrong;
}
