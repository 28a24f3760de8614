// What one thread can see of the lanes: order, shares, the reserve for life, the wake-up, and the
// life of the items.
#include "lanes/lane_set.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using varde::lanes::guaranteed_share;
using varde::lanes::lane;
using varde::lanes::lane_set;
using varde::lanes::limits;

using served_item = std::pair<std::size_t, int>;

std::vector<served_item> drain_all(lane_set<int>& lanes, std::size_t budget = 1'000'000) {
  std::vector<served_item> served;
  lanes.drain(budget, [&](std::size_t l, int&& item) { served.emplace_back(l, item); });
  return served;
}

bool readable(int fd) {
  pollfd asked{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, 0) == 1;
}

TEST(lane_set, a_lane_is_first_in_first_out) {
  lane_set<int> lanes({.slots = 8, .reserved_for_life = 0});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(lanes.push(lane::care, int{i}));
  EXPECT_EQ(drain_all(lanes), (std::vector<served_item>{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}}));
}

TEST(lane_set, the_order_holds_when_items_arrive_between_two_short_drains) {
  lane_set<int> lanes({.slots = 8, .reserved_for_life = 0});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lanes.push(lane::life, int{i}));
  EXPECT_EQ(drain_all(lanes, 1), (std::vector<served_item>{{0, 0}}));
  ASSERT_TRUE(lanes.push(lane::life, 3));
  EXPECT_EQ(drain_all(lanes), (std::vector<served_item>{{0, 1}, {0, 2}, {0, 3}}));
}

/// An item of somebody's, as an alarm is a municipality's.
struct letter {
  std::size_t from;
  int number;
};
std::size_t lane_group(const letter& one) { return one.from; }

TEST(lane_set, those_who_share_a_lane_take_turns_and_each_is_first_in_first_out) {
  lane_set<letter> lanes({.slots = 16, .reserved_for_life = 0});
  const auto push = [&](std::size_t from, int number) {
    ASSERT_TRUE(lanes.push(lane::life, letter{from, number}));
  };
  std::vector<std::pair<std::size_t, int>> served;
  const auto serve = [&](std::size_t budget) {
    lanes.drain(budget,
                [&](std::size_t, letter&& one) { served.emplace_back(one.from, one.number); });
  };
  for (int i = 0; i < 4; ++i) push(3, i);
  serve(2);
  push(63, 0);
  push(0, 0);
  push(0, 1);
  serve(100);
  EXPECT_EQ(served, (std::vector<std::pair<std::size_t, int>>{
                        {3, 0}, {3, 1}, {63, 0}, {0, 0}, {3, 2}, {0, 1}, {3, 3}}));
  EXPECT_EQ(lanes.free_slots(), 16u);
}

TEST(lane_set, the_highest_lane_is_served_first) {
  lane_set<int> lanes({.slots = 8, .reserved_for_life = 0});
  ASSERT_TRUE(lanes.push(lane::technical, 1));
  ASSERT_TRUE(lanes.push(lane::care, 2));
  ASSERT_TRUE(lanes.push(lane::life, 3));
  EXPECT_EQ(drain_all(lanes), (std::vector<served_item>{{0, 3}, {1, 2}, {2, 1}}));
}

TEST(lane_set, a_life_item_that_arrives_in_mid_drain_is_the_next_one) {
  lane_set<int> lanes({.slots = 8, .reserved_for_life = 2});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lanes.push(lane::technical, int{i}));
  std::vector<served_item> served;
  lanes.drain(100, [&](std::size_t l, int&& item) {
    if (served.empty()) {
      ASSERT_TRUE(lanes.push(lane::life, 100));
    }
    served.emplace_back(l, item);
  });
  EXPECT_EQ(served, (std::vector<served_item>{{2, 0}, {0, 100}, {2, 1}, {2, 2}}));
}

TEST(lane_set, lower_lanes_get_their_share_of_a_flood_of_life) {
  constexpr int flood = 20 * static_cast<int>(guaranteed_share);
  lane_set<int> lanes({.slots = 2 * flood, .reserved_for_life = 0});
  for (int i = 0; i < flood; ++i) ASSERT_TRUE(lanes.push(lane::life, int{i}));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(lanes.push(lane::care, int{i}));
    ASSERT_TRUE(lanes.push(lane::technical, int{i}));
  }
  std::size_t since[2] = {0, 0};
  int left[2] = {10, 10};
  for (const auto& [l, item] : drain_all(lanes)) {
    for (std::size_t lower : {1u, 2u}) {
      since[lower - 1] = l == lower ? 0 : since[lower - 1] + 1;
      if (l == lower) --left[lower - 1];
      if (left[lower - 1] > 0) {
        ASSERT_LT(since[lower - 1], guaranteed_share);
      }
    }
  }
}

TEST(lane_set, lower_lanes_leave_the_reserve_and_life_may_use_every_slot) {
  lane_set<int> lanes({.slots = 5, .reserved_for_life = 2});
  EXPECT_TRUE(lanes.push(lane::care, 0));
  EXPECT_TRUE(lanes.push(lane::technical, 1));
  EXPECT_TRUE(lanes.push(lane::care, 2));
  EXPECT_FALSE(lanes.push(lane::care, 3));
  EXPECT_FALSE(lanes.push(lane::technical, 4));
  EXPECT_TRUE(lanes.push(lane::life, 5));
  EXPECT_TRUE(lanes.push(lane::life, 6));
  EXPECT_FALSE(lanes.push(lane::life, 7));
  EXPECT_EQ(lanes.free_slots(), 0u);
}

TEST(lane_set, a_refused_item_is_untouched) {
  lane_set<std::string> lanes({.slots = 1, .reserved_for_life = 1});
  std::string item = "a text that is too long for the string's own buffer";
  EXPECT_FALSE(lanes.push(lane::care, std::move(item)));
  EXPECT_EQ(item, "a text that is too long for the string's own buffer");
}

TEST(lane_set, every_slot_is_free_again_after_a_drain) {
  lane_set<int> lanes({.slots = 300, .reserved_for_life = 10});
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 290; ++i) ASSERT_TRUE(lanes.push(lane::care, int{i}));
    EXPECT_EQ(drain_all(lanes).size(), 290u);
    EXPECT_EQ(lanes.free_slots(), 300u);
  }
}

TEST(lane_set, sizes_count_what_waits_on_the_stack_and_behind_it) {
  lane_set<int> lanes({.slots = 8, .reserved_for_life = 0});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(lanes.push(lane::care, int{i}));
  EXPECT_EQ(drain_all(lanes, 1).size(), 1u);
  ASSERT_TRUE(lanes.push(lane::care, 4));
  EXPECT_EQ(lanes.size(0), 0u);
  EXPECT_EQ(lanes.size(1), 4u);
}

TEST(lane_set, items_that_nobody_drained_are_destroyed_with_the_lanes) {
  const auto counted = std::make_shared<int>(1);
  {
    lane_set<std::shared_ptr<int>> lanes({.slots = 8, .reserved_for_life = 0});
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(lanes.push(lane::care, std::shared_ptr<int>(counted)));
    lanes.drain(1, [](std::size_t, std::shared_ptr<int>&&) {});
    EXPECT_EQ(counted.use_count(), 4);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(lane_set, a_taker_that_throws_loses_its_own_item_and_no_slot) {
  lane_set<int> lanes({.slots = 4, .reserved_for_life = 0});
  ASSERT_TRUE(lanes.push(lane::care, 1));
  ASSERT_TRUE(lanes.push(lane::care, 2));
  EXPECT_THROW(lanes.drain(9, [](std::size_t, int&&) { throw 1; }), int);
  EXPECT_EQ(lanes.free_slots(), 3u);
  EXPECT_EQ(drain_all(lanes), (std::vector<served_item>{{1, 2}}));
}

TEST(lane_set, a_busy_consumer_is_not_rung) {
  lane_set<int> lanes({.slots = 4, .reserved_for_life = 0});
  ASSERT_TRUE(lanes.push(lane::life, 1));
  EXPECT_FALSE(readable(lanes.wake_fd()));
}

TEST(lane_set, an_armed_consumer_is_rung_once_by_a_burst) {
  lane_set<int> lanes({.slots = 4, .reserved_for_life = 0});
  ASSERT_TRUE(lanes.arm());
  EXPECT_FALSE(readable(lanes.wake_fd()));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lanes.push(lane::technical, int{i}));
  EXPECT_TRUE(readable(lanes.wake_fd()));
  std::uint64_t rings = 0;
  ASSERT_EQ(::read(lanes.wake_fd(), &rings, sizeof rings), static_cast<ssize_t>(sizeof rings));
  EXPECT_EQ(rings, 1u);
}

TEST(lane_set, arming_is_refused_while_something_waits) {
  lane_set<int> lanes({.slots = 4, .reserved_for_life = 0});
  ASSERT_TRUE(lanes.push(lane::technical, 1));
  ASSERT_TRUE(lanes.push(lane::technical, 2));
  EXPECT_FALSE(lanes.arm()) << "on the stack";
  EXPECT_EQ(drain_all(lanes, 1).size(), 1u);
  EXPECT_FALSE(lanes.arm()) << "behind the stack";
  EXPECT_EQ(drain_all(lanes).size(), 1u);
  EXPECT_TRUE(lanes.arm());
}

TEST(lane_set, a_consumer_that_is_armed_for_life_sleeps_through_the_other_lanes) {
  lane_set<int> lanes({.slots = 8, .reserved_for_life = 1});
  ASSERT_TRUE(lanes.push(lane::technical, 1));
  ASSERT_TRUE(lanes.arm_for_life());
  ASSERT_TRUE(lanes.push(lane::technical, 2));
  ASSERT_TRUE(lanes.push(lane::care, 3));
  EXPECT_FALSE(readable(lanes.wake_fd()));
  ASSERT_TRUE(lanes.push(lane::life, 4));
  EXPECT_TRUE(readable(lanes.wake_fd()));
  lanes.disarm();
  EXPECT_FALSE(lanes.arm_for_life()) << "life waits";
  EXPECT_EQ(drain_all(lanes).size(), 4u);
  EXPECT_TRUE(lanes.arm_for_life());
}

TEST(lane_set, disarming_consumes_the_ring_and_the_next_push_is_quiet) {
  lane_set<int> lanes({.slots = 4, .reserved_for_life = 0});
  ASSERT_TRUE(lanes.arm());
  ASSERT_TRUE(lanes.push(lane::care, 1));
  lanes.disarm();
  ASSERT_TRUE(lanes.push(lane::care, 2));
  EXPECT_FALSE(readable(lanes.wake_fd()));
}

}  // namespace
