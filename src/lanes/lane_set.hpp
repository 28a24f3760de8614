// The lock-free priority queue between the connection threads and the core: one take-all stack a
// lane over a common slab, places reserved for life, one wake-up for all. Producers never wait for
// each other nor for the consumer, a life alarm never waits behind another lane, and a full lower
// lane is pushed back on its own devices.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "lanes/lane.hpp"
#include "lanes/line.hpp"
#include "lanes/slab.hpp"
#include "lanes/stack.hpp"
#include "lanes/wake.hpp"

namespace varde::lanes {

/// Many producers, one consumer thread. What it promises:
/// - an item that was pushed is drained exactly once, and within its lane and group no later than
/// any item pushed after it
/// - the groups of a lane (see line.hpp) take turns
/// - life may use every slot; the lower lanes together never hold more than `slots -
/// reserved_for_life`, so
///   life is refused only when life itself holds at least the whole reserve
/// - lower lanes get at least one of `guaranteed_share` served items while they wait
///
/// The consumer's loop: drain until it returns 0, `arm()`; if that says true, wait until
/// `wake_fd()` is readable and `disarm()`; again.
template <class T>
class lane_set {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "an item is moved into its slot where a failure would have no good answer");

 public:
  /// Start-up only: allocates everything that will ever be used; throws if the system can't give
  /// it.
  explicit lane_set(limits given) : limits_(checked(given)), slab_(given.slots) {}
  /// No producer and no consumer may be at work any more. Items that were not drained are
  /// destroyed.
  ~lane_set() {
    drain(limits_.slots, [](std::size_t, T&&) {});
  }
  lane_set(const lane_set&) = delete;
  lane_set& operator=(const lane_set&) = delete;

  /// Moves `item` in and wakes the consumer if it sleeps. False if there is no place for this lane;
  /// `item` is then untouched. `lane` is below lane_count. Any thread; lock-free; no allocation but
  /// what moving T does.
  [[nodiscard]] bool push(std::size_t lane, T&& item) noexcept {
    assert(lane < lane_count);
    const slot_index slot = slab_.take(lane == index(lane::life) ? 0 : limits_.reserved_for_life);
    if (slot == nil) return false;
    slab_.put(slot, std::move(item));
    stacks_[lane].push(slot, slab_.next(slot));
    wake_.after_push(lane);
    return true;
  }
  [[nodiscard]] bool push(lanes::lane lane, T&& item) noexcept {
    return push(index(lane), std::move(item));
  }

  /// Hands out at most `budget` items as `take(std::size_t lane, T&& item)`, the highest lane
  /// first, those that arrive meanwhile included; returns how many. The slots are free again when
  /// it returns. Consumer only.
  template <class F>
  std::size_t drain(std::size_t budget, F&& take) {
    spent used(slab_);
    for (std::size_t lane = 0; lane < lane_count; ++lane) fetch(lane);
    std::size_t served = 0;
    for (; served < budget; ++served) {
      const std::size_t lane = next_lane();
      if (lane == lane_count) break;
      const slot_index slot = lines_[lane].pop(slab_);
      used.add(slot);
      take(lane, std::move(slab_.item(slot)));
    }
    return served;
  }

  /// Consumer, when drain gave nothing. True: go to sleep on wake_fd(), the next push will write
  /// it. False: something has arrived, drain again; the consumer is then not armed.
  [[nodiscard]] bool arm() noexcept { return arm_for(lane_count); }
  /// The same for life alone: what waits in the lower lanes, and what comes there, wakes nobody.
  [[nodiscard]] bool arm_for_life() noexcept { return arm_for(index(lane::life) + 1); }

  /// Consumer, after wake_fd() was readable.
  void disarm() noexcept { wake_.disarm(); }
  /// Readable when something was pushed while the consumer was armed. Only for waiting; disarm()
  /// reads it.
  [[nodiscard]] int wake_fd() const noexcept { return wake_.fd(); }

  /// Items that wait in a lane; out of date as soon as it is read. Any thread, for metrics.
  [[nodiscard]] std::size_t size(std::size_t lane) const noexcept {
    return stacks_[lane].depth() + lines_[lane].size();
  }
  /// Slots that are free, all lanes together; out of date as soon as it is read. Any thread, for
  /// metrics.
  [[nodiscard]] std::size_t free_slots() const noexcept { return slab_.free_count(); }
  [[nodiscard]] const limits& bounds() const noexcept { return limits_; }

 private:
  // Slots whose items were handed out. They go back together, also if the taker throws.
  class spent {
   public:
    explicit spent(slab<T>& slots) : slots_(slots) {}
    ~spent() { give_back(); }
    spent(const spent&) = delete;
    spent& operator=(const spent&) = delete;

    // The item in `slot` is ended when the next one is added, or at the end.
    void add(slot_index slot) noexcept {
      if (count_ == give_back_at) give_back();
      if (count_ == 0) {
        last_ = slot;
      } else {
        slots_.end(first_);
        slots_.next(slot).store(first_, std::memory_order_relaxed);
      }
      first_ = slot;
      ++count_;
    }

   private:
    // Often enough that a long drain does not starve the producers, seldom enough that it is not
    // felt.
    static constexpr std::size_t give_back_at = 64;

    void give_back() noexcept {
      if (count_ == 0) return;
      slots_.end(first_);
      slots_.give_back(first_, last_, std::exchange(count_, 0));
    }

    slab<T>& slots_;
    slot_index first_ = nil;
    slot_index last_ = nil;
    std::size_t count_ = 0;
  };

  static_assert(lane_count <= wake::lanes_max);

  // The first `lanes` lanes.
  bool arm_for(std::size_t lanes) noexcept {
    wake_.arm(lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      if (lines_[lane].count() != 0 || !stacks_[lane].empty_in_order()) {
        wake_.stay_awake();
        return false;
      }
    }
    return true;
  }

  static limits checked(limits given) {
    assert(given.slots >= 1 && given.slots <= slots_max);
    assert(given.reserved_for_life <= given.slots);
    return given;
  }

  // A lane that was passed over this often goes first. Two lower lanes may fall due together, and
  // then one waits for the other: so each has its item within guaranteed_share, and life has all
  // the rest.
  static constexpr std::size_t due_after = guaranteed_share - (lane_count - 1);

  // Lets what was pushed take its place in the lane's line.
  void fetch(std::size_t lane) noexcept {
    if (!stacks_[lane].looks_empty()) lines_[lane].append(slab_, stacks_[lane].take_all());
  }

  // The lane whose turn it is, with an item in its line; lane_count if nothing waits anywhere.
  std::size_t next_lane() noexcept {
    std::size_t highest = lane_count;
    std::size_t due = lane_count;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      auto& waiting = lines_[lane];
      if (waiting.count() == 0) fetch(lane);
      if (waiting.count() == 0) continue;
      highest = std::min(highest, lane);
      if (waiting.passed_over >= due_after) due = std::min(due, lane);
    }
    const std::size_t chosen = due != lane_count ? due : highest;
    if (chosen == lane_count) return chosen;
    lines_[chosen].passed_over = 0;
    for (std::size_t lane = chosen + 1; lane < lane_count; ++lane) {
      lines_[lane].passed_over = lines_[lane].count() == 0 ? 0 : lines_[lane].passed_over + 1;
    }
    return chosen;
  }

  const limits limits_;
  slab<T> slab_;
  std::array<take_all_stack, lane_count> stacks_;
  wake wake_;
  // From here on the consumer's own.
  alignas(64) std::array<line<T>, lane_count> lines_;
};

}  // namespace varde::lanes
