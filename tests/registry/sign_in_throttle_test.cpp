// Guessing is slowed; the right person is not locked out.
#include "registry/sign_in_throttle.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace varde::registry {
namespace {

using namespace std::chrono_literals;

const base::wall_time start{1'700'000'000s};

/// How many of `tries` wrong tries were let through, one a second.
unsigned let_through(sign_in_throttle& throttle, unsigned tries, std::string_view user,
                     std::string_view origin) {
  unsigned count = 0;
  for (unsigned i = 0; i < tries; ++i)
    if (throttle.admit(user, origin, start + std::chrono::seconds{i}) == 0s) ++count;
  return count;
}

TEST(sign_in_throttle, a_few_slips_cost_nothing) {
  sign_in_throttle throttle;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(throttle.admit("kari", "192.0.2.1", start), 0s);
}

TEST(sign_in_throttle, the_wait_doubles_up_to_its_bound) {
  sign_in_throttle throttle;
  auto now = start;
  for (unsigned i = 0; i < sign_in_throttle::pair_rule.free_failures; ++i)
    static_cast<void>(throttle.admit("kari", "192.0.2.1", now));
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    ASSERT_EQ(throttle.admit("kari", "192.0.2.1", now), 0s);
    const auto wait = throttle.admit("kari", "192.0.2.1", now);
    EXPECT_EQ(wait, expected);
    now += wait;
  }
}

TEST(sign_in_throttle, tries_at_once_gain_nothing_over_tries_in_turn) {
  sign_in_throttle throttle;
  unsigned admitted = 0;
  for (int i = 0; i < 1000; ++i)
    if (throttle.admit("kari", "192.0.2.1", start) == 0s) ++admitted;
  EXPECT_EQ(admitted, sign_in_throttle::pair_rule.free_failures + 1);
}

TEST(sign_in_throttle, a_thousand_wrong_tries_do_not_keep_the_right_person_out_elsewhere) {
  sign_in_throttle throttle;
  EXPECT_LT(let_through(throttle, 1000, "kari", "203.0.113.9"), 20u);
  EXPECT_EQ(throttle.admit("kari", "192.0.2.1", start + 1000s), 0s);
}

TEST(sign_in_throttle, tries_from_a_thousand_origins_do_not_keep_a_new_origin_out) {
  sign_in_throttle throttle;
  for (int i = 0; i < 1000; ++i)
    for (int k = 0; k < 3; ++k)
      static_cast<void>(throttle.admit("kari", fmt::format("origin-{}", i), start));
  EXPECT_GT(throttle.admit("kari", "origin-0", start), 0s);
  EXPECT_EQ(throttle.admit("kari", "192.0.2.1", start), 0s);
}

TEST(sign_in_throttle, one_origin_that_tries_many_users_is_slowed) {
  sign_in_throttle throttle;
  unsigned admitted = 0;
  for (int i = 0; i < 1000; ++i)
    if (throttle.admit(fmt::format("user-{}", i), "203.0.113.9", start) == 0s) ++admitted;
  EXPECT_EQ(admitted, sign_in_throttle::origin_rule.free_failures + 1);
}

TEST(sign_in_throttle, who_has_entered_from_an_origin_before_is_not_held_up_by_a_neighbour_there) {
  sign_in_throttle throttle;
  static_cast<void>(throttle.admit("kari", "192.0.2.1", start));
  throttle.succeeded("kari", "192.0.2.1", start);
  for (int i = 0; i < 1000; ++i)
    static_cast<void>(throttle.admit(fmt::format("user-{}", i), "192.0.2.1", start));
  EXPECT_GT(throttle.admit("ola", "192.0.2.1", start), 0s);
  EXPECT_EQ(throttle.admit("kari", "192.0.2.1", start), 0s);
}

TEST(sign_in_throttle, success_forgets_the_slips_before_it) {
  sign_in_throttle throttle;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 3; ++i) ASSERT_EQ(throttle.admit("kari", "192.0.2.1", start), 0s);
    throttle.succeeded("kari", "192.0.2.1", start);
  }
}

TEST(sign_in_throttle, what_is_withdrawn_does_not_count) {
  sign_in_throttle throttle;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(throttle.admit("kari", "192.0.2.1", start), 0s);
    throttle.withdraw("kari", "192.0.2.1", start);
  }
}

TEST(sign_in_throttle, an_hour_of_quiet_begins_anew) {
  sign_in_throttle throttle;
  let_through(throttle, 1000, "kari", "203.0.113.9");
  EXPECT_EQ(throttle.admit("kari", "203.0.113.9", start + 1000s + 2h), 0s);
}

TEST(sign_in_throttle, its_memory_is_bounded) {
  sign_in_throttle throttle;
  for (std::size_t i = 0; i < sign_in_throttle::counters_max; ++i)
    static_cast<void>(
        throttle.admit(fmt::format("user-{}", i), fmt::format("origin-{}", i), start));
  EXPECT_EQ(throttle.counter_count(), sign_in_throttle::counters_max);
}

}  // namespace
}  // namespace varde::registry
