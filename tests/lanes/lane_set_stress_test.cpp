// Many threads at once: nothing lost, nothing twice, order kept for each producer and lane, life
// refused only by life, and a consumer that sleeps whenever it can is always woken. Meant to run
// under ThreadSanitizer too.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "lanes/lane_set.hpp"

namespace {

using varde::lanes::lane_count;
using varde::lanes::lane_set;

constexpr std::size_t producer_count = 4;
constexpr std::uint32_t items_each = 30'000;
constexpr int wake_deadline_ms = 20'000;

struct item {
  std::size_t producer;
  std::unique_ptr<std::uint32_t>
      number;  // on the heap, so that a double or lost hand-over is seen by the sanitizers
};

// Drains until `expected` items came, sleeping on the wake fd whenever there is nothing; false if a
// sleep was not ended.
template <class F>
bool consume(lane_set<item>& lanes, std::size_t expected, std::size_t budget, F&& take) {
  for (std::size_t served = 0; served < expected;) {
    const std::size_t now = lanes.drain(budget, take);
    served += now;
    if (now != 0 || served == expected || !lanes.arm()) continue;
    pollfd asked{.fd = lanes.wake_fd(), .events = POLLIN, .revents = 0};
    if (::poll(&asked, 1, wake_deadline_ms) != 1) return false;
    lanes.disarm();
  }
  return true;
}

void run_flood(std::size_t slots, std::size_t reserve, std::size_t budget) {
  lane_set<item> lanes({.slots = slots, .reserved_for_life = reserve});
  std::vector<std::jthread> producers;
  for (std::size_t p = 0; p < producer_count; ++p) {
    producers.emplace_back([&lanes, p] {
      for (std::uint32_t i = 0; i < items_each; ++i) {
        item next{p, std::make_unique<std::uint32_t>(i)};
        while (!lanes.push((p + i) % lane_count, std::move(next))) std::this_thread::yield();
      }
    });
  }
  std::array<std::array<std::uint32_t, lane_count>, producer_count> next_number{};
  for (std::size_t p = 0; p < producer_count; ++p) {
    for (std::uint32_t i = 0; i < lane_count; ++i) next_number[p][(p + i) % lane_count] = i;
  }
  bool ordered = true;
  const bool woken =
      consume(lanes, producer_count * items_each, budget, [&](std::size_t l, item&& got) {
        ordered = ordered && *got.number == next_number[got.producer][l];
        next_number[got.producer][l] += lane_count;
      });
  EXPECT_TRUE(woken) << "a sleeping consumer was not woken";
  EXPECT_TRUE(ordered) << "an item was lost, doubled or overtaken in its lane";
  EXPECT_EQ(lanes.free_slots(), slots);
}

TEST(lane_set_stress, a_roomy_slab_keeps_every_item_and_its_order) { run_flood(8'192, 1'024, 256); }
// So few slots that every one of them goes round all the time.
TEST(lane_set_stress, a_tight_slab_keeps_every_item_and_its_order) { run_flood(4, 1, 3); }

TEST(lane_set_stress, a_consumer_that_sleeps_after_each_item_is_always_woken) {
  lane_set<item> lanes({.slots = 16, .reserved_for_life = 0});
  std::atomic<std::uint32_t> consumed{0};
  constexpr std::uint32_t rounds = 20'000;
  std::jthread producer([&] {
    for (std::uint32_t i = 0; i < rounds; ++i) {
      ASSERT_TRUE(lanes.push(i % lane_count, item{0, std::make_unique<std::uint32_t>(i)}));
      while (consumed.load(std::memory_order_acquire) <= i) std::this_thread::yield();
    }
  });
  const bool woken = consume(lanes, rounds, 1, [&](std::size_t, item&&) {
    consumed.fetch_add(1, std::memory_order_release);
  });
  EXPECT_TRUE(woken);
  if (!woken) consumed.store(rounds, std::memory_order_release);
}

TEST(lane_set_stress, life_is_never_refused_while_it_holds_less_than_its_reserve) {
  constexpr std::size_t reserve = 3;
  constexpr std::uint32_t life_items = 20'000;
  lane_set<item> lanes({.slots = 8, .reserved_for_life = reserve});
  std::atomic<bool> over{false};
  std::atomic<std::uint32_t> life_taken{0};
  std::atomic<std::uint32_t> refused{0};
  std::vector<std::jthread> lower;
  for (std::size_t l : {1u, 2u}) {
    lower.emplace_back([&, l] {
      while (!over.load(std::memory_order_relaxed)) {
        if (!lanes.push(l, item{l, std::make_unique<std::uint32_t>(0)})) std::this_thread::yield();
      }
    });
  }
  std::jthread life([&] {
    for (std::uint32_t i = 0; i < life_items; ++i) {
      while (i - life_taken.load(std::memory_order_acquire) >= reserve) std::this_thread::yield();
      if (!lanes.push(0, item{0, std::make_unique<std::uint32_t>(i)})) ++refused;
    }
    over.store(true, std::memory_order_relaxed);
  });
  // One at a time, so that a slot is back before it is counted as taken.
  std::size_t last_lane = lane_count;
  while (life_taken.load(std::memory_order_relaxed) + refused.load() < life_items) {
    const std::size_t now = lanes.drain(1, [&](std::size_t l, item&&) { last_lane = l; });
    if (now == 0) std::this_thread::yield();
    if (now == 1 && last_lane == 0) life_taken.fetch_add(1, std::memory_order_release);
  }
  EXPECT_EQ(refused.load(), 0u);
}

}  // namespace
