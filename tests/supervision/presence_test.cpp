// The machine of one device: by example, and against what its signs of life say, for any sequence
// of them.
#include "supervision/presence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace varde::supervision {
namespace {

constexpr expectation each_minute{60, 180};

TEST(presence, is_gone_a_limit_after_it_was_heard) {
  const presence one{1'000};
  EXPECT_EQ(one.gone_at(2'000, each_minute, {}), 2'180u);
}

TEST(presence, one_that_was_never_heard_counts_from_when_it_was_taken_up) {
  const presence one{1'000};
  EXPECT_EQ(one.gone_at(0, each_minute, {}), 1'180u);
}

TEST(presence, after_an_outage_of_ours_it_gets_a_beat_more) {
  const presence one{1'000};
  EXPECT_EQ(one.gone_at(1'010, each_minute, {1'500}), 1'566u);
  EXPECT_EQ(one.gone_at(1'499, each_minute, {1'500}), 1'679u);
}

TEST(presence, one_sign_of_life_does_not_bring_it_back_and_two_half_a_beat_apart_do) {
  presence one{0};
  one.lose();
  EXPECT_FALSE(one.sign(5'000, false, each_minute));
  EXPECT_FALSE(one.sign(5'001, false, each_minute));
  EXPECT_TRUE(one.sign(5'030, false, each_minute));
  EXPECT_EQ(one.state(), presence_state::present);
}

TEST(presence, a_call_for_help_brings_it_back_at_once) {
  presence one{0};
  one.lose();
  EXPECT_TRUE(one.sign(5'000, true, each_minute));
}

TEST(presence, signs_of_life_further_apart_than_the_limit_do_not) {
  presence one{0};
  one.lose();
  for (std::uint32_t s = 5'000; s < 20'000; s += 181) EXPECT_FALSE(one.sign(s, false, each_minute));
}

/// What the sweep does in each second with what the edge has marked.
struct watched {
  presence now{10'000};
  std::uint32_t heard_s = 0;

  void beat(std::uint32_t s, bool alarm, const expectation& of) {
    heard_s = s;
    if (now.state() == presence_state::absent) now.sign(s, alarm, of);
  }
  void look(std::uint32_t s, const expectation& of) {
    if (now.state() != presence_state::present || s < now.gone_at(heard_s, of, {})) return;
    now.miss();
    now.lose();
  }
};

expectation any_expectation() {
  const auto interval = *rc::gen::inRange<std::uint32_t>(1, 400);
  return {interval, interval * *rc::gen::inRange<std::uint32_t>(1, 5)};
}

/// Any past: gaps between signs of life, one in ten of them an alarm.
std::uint32_t live_through_anything(watched& one, const expectation& of) {
  std::uint32_t s = 10'000;
  for (const auto gap : *rc::gen::container<std::vector<std::uint32_t>>(
           rc::gen::inRange<std::uint32_t>(0, 3 * of.limit_s))) {
    for (const auto until = s + gap; s < until; ++s) one.look(s, of);
    one.beat(s, gap % 10 == 0, of);
  }
  return s;
}

TEST(presence_property, whoever_beats_is_present_soon_whatever_was_before) {
  EXPECT_TRUE(rc::check([] {
    const auto of = any_expectation();
    watched one;
    auto s = live_through_anything(one, of);
    // Beats that come as they should, with any gap that is below the limit.
    const auto begin = s;
    while (s < begin + 3 * of.limit_s + of.settle_s()) {
      const auto gap = *rc::gen::inRange<std::uint32_t>(1, of.limit_s + 1);
      for (const auto until = s + gap; s < until; ++s)
        if (s + 1 < until) one.look(s, of);
      one.beat(s, false, of);
    }
    RC_ASSERT(one.now.state() == presence_state::present);
  }));
}

TEST(presence_property, whoever_is_silent_is_absent_at_the_limit_and_not_before) {
  EXPECT_TRUE(rc::check([] {
    const auto of = any_expectation();
    watched one;
    const auto s = live_through_anything(one, of);
    one.beat(s, true, of);
    for (std::uint32_t t = s; t < s + of.limit_s; ++t) {
      one.look(t, of);
      RC_ASSERT(one.now.state() == presence_state::present);
    }
    one.look(s + of.limit_s, of);
    RC_ASSERT(one.now.state() == presence_state::absent);
  }));
}

}  // namespace
}  // namespace varde::supervision
