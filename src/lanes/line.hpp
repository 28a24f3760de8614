// What the consumer took from one lane, in the order in which it is served: whoever belongs
// together (a group: those of one municipality) is first in, first out, and the groups take turns,
// so that nobody waits for the flood of another. Its own links are the slab's.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lanes/slab.hpp"
#include "lanes/stack.hpp"

namespace varde::lanes {

/// Groups that a lane tells apart. Two of the same number share a turn, which a flood of the one
/// makes the other feel; they are never mixed up.
inline constexpr std::size_t group_count = 64;

/// An item's group, from whatever its `lane_group(item)` says; one group for all if it says
/// nothing.
template <class T>
[[nodiscard]] std::size_t group_of(const T& item) {
  if constexpr (requires { lane_group(item); })
    return lane_group(item) % group_count;
  else
    return 0;
}

/// Consumer only, but for size().
template <class T>
class line {
 public:
  /// Puts what was pushed at the end, each item behind those of its group.
  void append(slab<T>& slots, taken batch) noexcept {
    slot_index oldest = nil;
    for (slot_index at = batch.newest; at != nil;) {
      const slot_index older = slots.next(at).load(std::memory_order_relaxed);
      slots.next(at).store(oldest, std::memory_order_relaxed);
      oldest = std::exchange(at, older);
    }
    while (oldest != nil) {
      const slot_index slot = oldest;
      oldest = slots.next(slot).load(std::memory_order_relaxed);
      put(slots, slot);
    }
    set_count(count_ + batch.count);
  }

  /// The next one. Only when count() is not 0.
  slot_index pop(slab<T>& slots) noexcept {
    assert(count_ != 0);
    const auto ahead = static_cast<unsigned>(std::countr_zero(std::rotr(waiting_, int(turn_))));
    const std::size_t group = (turn_ + ahead) % group_count;
    turn_ = static_cast<unsigned>((group + 1) % group_count);
    queue& from = queues_[group];
    const slot_index slot = from.first;
    from.first = slots.next(slot).load(std::memory_order_relaxed);
    if (from.first == nil) waiting_ &= ~(std::uint64_t{1} << group);
    set_count(count_ - 1);
    return slot;
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// Out of date as soon as it is read. Any thread.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  std::size_t passed_over = 0;  // items of higher lanes served while this one waited

 private:
  struct queue {
    slot_index first = nil;
    slot_index last = nil;
  };
  static_assert(group_count == 64, "a bit for each");

  void put(slab<T>& slots, slot_index slot) noexcept {
    const std::size_t group = group_of(slots.item(slot));
    queue& into = queues_[group];
    slots.next(slot).store(nil, std::memory_order_relaxed);
    if (into.first == nil)
      into.first = slot;
    else
      slots.next(into.last).store(slot, std::memory_order_relaxed);
    into.last = slot;
    waiting_ |= std::uint64_t{1} << group;
  }
  void set_count(std::size_t n) noexcept {
    count_ = n;
    size_.store(n, std::memory_order_relaxed);
  }

  std::array<queue, group_count> queues_{};
  std::uint64_t waiting_ = 0;  // the groups that have something
  unsigned turn_ = 0;          // the group that is looked at first
  std::size_t count_ = 0;
  std::atomic<std::size_t> size_{0};
};

}  // namespace varde::lanes
