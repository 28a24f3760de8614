// The wheel against a plain model: a map from item to tick, looked through at every step.
#include "base/timer_wheel.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <vector>

namespace varde::base {
namespace {

constexpr std::size_t no_bound = 1'000'000;

std::vector<timer_wheel::item> fired_by(timer_wheel& wheel, timer_wheel::tick now,
                                        std::size_t budget = no_bound) {
  std::vector<timer_wheel::item> fired;
  wheel.advance(now, budget, [&](timer_wheel::item i) { fired.push_back(i); });
  return fired;
}

TEST(timer_wheel, fires_each_item_once_at_its_tick) {
  timer_wheel wheel{100};
  wheel.grow(2);
  wheel.set(0, 105);
  wheel.set(1, 101);
  EXPECT_EQ(fired_by(wheel, 104), (std::vector<timer_wheel::item>{1}));
  EXPECT_EQ(fired_by(wheel, 105), (std::vector<timer_wheel::item>{0}));
  EXPECT_TRUE(fired_by(wheel, 10'000).empty());
}

TEST(timer_wheel, what_is_set_for_the_past_fires_at_the_next_tick) {
  timer_wheel wheel{100};
  wheel.grow(1);
  wheel.set(0, 3);
  EXPECT_TRUE(fired_by(wheel, 100).empty());
  EXPECT_EQ(fired_by(wheel, 101).size(), 1u);
}

TEST(timer_wheel, an_item_set_again_while_it_fires_waits_for_a_later_tick) {
  timer_wheel wheel{0};
  wheel.grow(1);
  wheel.set(0, 1);
  int times = 0;
  wheel.advance(10, no_bound, [&](timer_wheel::item i) {
    ++times;
    wheel.set(i, 1);
  });
  EXPECT_EQ(times, 10);
}

TEST(timer_wheel, touches_no_more_than_its_budget_and_loses_nothing) {
  timer_wheel wheel{0};
  constexpr timer_wheel::item count = 20'000;
  wheel.grow(count);
  for (timer_wheel::item i = 0; i < count; ++i) wheel.set(i, 70'000);
  std::size_t fired = 0, calls = 0;
  for (bool enough = false; !enough; ++calls) {
    std::size_t now_fired = 0;
    enough = wheel.advance(70'000, 1'000, [&](timer_wheel::item) { ++now_fired; });
    ASSERT_LE(now_fired, 1'000u);
    fired += now_fired;
  }
  EXPECT_EQ(fired, count);
  EXPECT_GE(calls, count / 1'000);
}

struct step {
  unsigned what;  // 0: cancel, 1…3: set, 4…: go on
  timer_wheel::item item;
  timer_wheel::tick ahead;
  std::size_t budget;
};

rc::Gen<std::vector<step>> any_steps() {
  const auto ahead = rc::gen::oneOf(rc::gen::inRange<timer_wheel::tick>(0, 600),
                                    rc::gen::inRange<timer_wheel::tick>(0, 200'000),
                                    rc::gen::inRange<timer_wheel::tick>(0, 20'000'000));
  return rc::gen::container<std::vector<step>>(
      rc::gen::construct<step>(rc::gen::inRange(0u, 6u), rc::gen::inRange<timer_wheel::item>(0, 20),
                               ahead, rc::gen::inRange<std::size_t>(1, 10)));
}

TEST(timer_wheel, does_what_a_map_of_due_times_does) {
  EXPECT_TRUE(rc::check([] {
    timer_wheel::tick now = *rc::gen::inRange<timer_wheel::tick>(0, 100'000);
    timer_wheel wheel{now};
    wheel.grow(20);
    std::map<timer_wheel::item, timer_wheel::tick> model;
    for (const step& s : *any_steps()) {
      if (s.what == 0) {
        wheel.cancel(s.item);
        model.erase(s.item);
      } else if (s.what < 4) {
        wheel.set(s.item, now + s.ahead);
        model[s.item] = std::max(now + s.ahead, now + 1);
      } else {
        now += s.ahead % 70'000;
        std::vector<std::pair<timer_wheel::tick, timer_wheel::item>> due;
        for (const auto& [item, when] : model)
          if (when <= now) due.emplace_back(when, item);
        timer_wheel::tick before = 0;
        std::size_t fired = 0;
        while (!wheel.advance(now, s.budget, [&](timer_wheel::item i) {
          const auto at = model.find(i);
          RC_ASSERT(at != model.end());
          RC_ASSERT(at->second <= now && at->second >= before);
          before = at->second;
          model.erase(at);
          ++fired;
        })) {
        }
        RC_ASSERT(fired == due.size());
      }
      RC_ASSERT(wheel.waiting() == model.size());
    }
  }));
}

}  // namespace
}  // namespace varde::base
