// Any sequence of pushes and drains, held against a plain model: a deque a lane and the two rules
// that matter, order within a lane and the reserve for life.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "lanes/lane_set.hpp"

namespace {

using varde::lanes::guaranteed_share;
using varde::lanes::lane_count;
using varde::lanes::lane_set;

struct step {
  std::size_t lane;    // lane_count: drain
  std::size_t budget;  // of the drain
};

rc::Gen<std::vector<step>> any_steps() {
  return rc::gen::container<std::vector<step>>(rc::gen::construct<step>(
      rc::gen::inRange<std::size_t>(0, lane_count + 1), rc::gen::inRange<std::size_t>(0, 40)));
}

TEST(lane_set_property, behaves_as_a_deque_a_lane_with_a_reserve) {
  EXPECT_TRUE(rc::check([] {
    const auto slots = *rc::gen::inRange<std::size_t>(1, 50);
    const auto reserve = *rc::gen::inRange<std::size_t>(0, slots + 1);
    lane_set<int> lanes({.slots = slots, .reserved_for_life = reserve});
    std::array<std::deque<int>, lane_count> model;
    int number = 0;
    for (const step& s : *any_steps()) {
      const std::size_t held = model[0].size() + model[1].size() + model[2].size();
      if (s.lane < lane_count) {
        const bool room = slots - held > (s.lane == 0 ? 0 : reserve);
        RC_ASSERT(lanes.push(s.lane, int{++number}) == room);
        if (room) model[s.lane].push_back(number);
      } else {
        const std::size_t served = lanes.drain(s.budget, [&](std::size_t l, int&& item) {
          RC_ASSERT(!model[l].empty());
          RC_ASSERT(model[l].front() == item);
          model[l].pop_front();
        });
        RC_ASSERT(served == std::min(s.budget, held));
      }
      const std::size_t now = model[0].size() + model[1].size() + model[2].size();
      RC_ASSERT(lanes.free_slots() == slots - now);
      for (std::size_t l = 0; l < lane_count; ++l) RC_ASSERT(lanes.size(l) == model[l].size());
      RC_ASSERT(lanes.arm() == (now == 0));
      lanes.disarm();
    }
  }));
}

TEST(lane_set_property, no_waiting_lane_is_passed_over_a_whole_share) {
  EXPECT_TRUE(rc::check([] {
    lane_set<int> lanes({.slots = 2'000, .reserved_for_life = 0});
    std::array<std::size_t, lane_count> waiting{};
    std::array<std::size_t, lane_count> passed{};
    for (const step& s : *any_steps()) {
      const std::size_t l = s.lane % lane_count;
      for (std::size_t i = 0; i < s.budget && lanes.push(l, 0); ++i) ++waiting[l];
      lanes.drain(s.lane == lane_count ? s.budget : s.budget / 4, [&](std::size_t at, int&&) {
        for (std::size_t other = 0; other < lane_count; ++other) {
          passed[other] = other == at || waiting[other] == 0 ? 0 : passed[other] + 1;
          RC_ASSERT(passed[other] < guaranteed_share);
        }
        --waiting[at];
      });
    }
  }));
}

}  // namespace
