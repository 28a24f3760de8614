// Who is read at once and who stands in line.
#include "edge/loudness.hpp"

#include <gtest/gtest.h>

using std::chrono::milliseconds;
using std::chrono::seconds;
using varde::edge::loudness;

namespace {

constexpr varde::base::steady_time start{std::chrono::hours{1}};

}  // namespace

TEST(loudness, an_alarm_is_read_at_once) {
  loudness device;
  EXPECT_TRUE(device.is_quiet(start));
  device.heard(600);
  EXPECT_TRUE(device.is_quiet(start + milliseconds{10}));
}

TEST(loudness, who_floods_is_not_quiet_again_as_the_second_turns) {
  loudness device;
  for (int second = 0; second < 5; ++second) {
    EXPECT_EQ(device.is_quiet(start + seconds{second}), second == 0);
    for (int i = 0; i < 10; ++i) device.heard(1'000);
  }
}

TEST(loudness, however_loud_it_was_it_is_quiet_again_in_five_seconds) {
  loudness device;
  ASSERT_TRUE(device.is_quiet(start));
  for (int i = 0; i < 1'000; ++i) device.heard(100'000);
  EXPECT_FALSE(device.is_quiet(start + seconds{4}));
  EXPECT_TRUE(device.is_quiet(start + seconds{5}));
  EXPECT_TRUE(device.is_quiet(start + std::chrono::hours{1}));
}
