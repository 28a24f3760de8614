// The preallocated places in which items wait, and the lock-free list of the free ones. The list's
// head and the count of free places are one word, so taking a place and spending the credit for it
// are a single compare-and-swap: there is no moment at which somebody holds the one without the
// other.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "lanes/lane.hpp"

namespace varde::lanes {

/// A slot's number in its slab.
using slot_index = std::uint32_t;
/// No slot.
inline constexpr slot_index nil = 0xffff;

/// Slots for items of type T, linked by number. Takes from any thread; gives back from the one
/// consumer.
template <class T>
class slab {
 public:
  /// Start-up only: allocates every slot, throws std::bad_alloc. `slots` is 1…slots_max.
  explicit slab(std::size_t slots) : slots_(std::make_unique<slot[]>(slots)) {
    assert(slots >= 1 && slots <= slots_max);
    for (std::size_t i = 0; i < slots; ++i) {
      slots_[i].next.store(i + 1 < slots ? static_cast<slot_index>(i + 1) : nil,
                           std::memory_order_relaxed);
    }
    free_.store(pack({.tag = 0, .count = static_cast<std::uint32_t>(slots), .first = 0}),
                std::memory_order_relaxed);
  }

  /// A free slot that is the caller's alone, or nil if not more than `leave` are free. Any thread,
  /// lock-free.
  ///
  /// The tag rises with every take, so a thread that was asleep between reading `next` and its swap
  /// can't succeed with a stale `next` (the ABA problem), short of sleeping through an exact
  /// multiple of 2^32 takes and finding the same first slot and the same count. `next` may be read
  /// while its slot's new owner writes it; it is atomic, the value read is then wrong, and the swap
  /// fails on the tag.
  ///
  /// Acquire, against the release in give_back: what the consumer did to the slot's old item
  /// happened before whatever the caller puts there. Every change of `free_` is a
  /// read-modify-write, so a release sequence is never broken by the takes in between.
  [[nodiscard]] slot_index take(std::size_t leave) noexcept {
    std::uint64_t seen = free_.load(std::memory_order_acquire);
    for (;;) {
      const head now = unpack(seen);
      if (now.count <= leave) return nil;
      const head then{.tag = now.tag + 1,
                      .count = now.count - 1,
                      .first = slots_[now.first].next.load(std::memory_order_relaxed)};
      if (free_.compare_exchange_weak(seen, pack(then), std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        return now.first;
      }
    }
  }

  /// Gives back `count` slots that are linked by next() from `first` to `last`; their items are
  /// gone already. Lock-free. Release: see take().
  void give_back(slot_index first, slot_index last, std::size_t count) noexcept {
    std::uint64_t seen = free_.load(std::memory_order_relaxed);
    for (;;) {
      const head now = unpack(seen);
      slots_[last].next.store(now.first, std::memory_order_relaxed);
      const head then{
          .tag = now.tag, .count = now.count + static_cast<std::uint32_t>(count), .first = first};
      if (free_.compare_exchange_weak(seen, pack(then), std::memory_order_release,
                                      std::memory_order_relaxed)) {
        return;
      }
    }
  }

  /// How many slots are free; out of date as soon as it is read. Any thread.
  [[nodiscard]] std::size_t free_count() const noexcept {
    return unpack(free_.load(std::memory_order_relaxed)).count;
  }

  /// The link of a slot; who may write it follows from who owns the slot.
  [[nodiscard]] std::atomic<slot_index>& next(slot_index i) noexcept { return slots_[i].next; }

  /// The item's life in its slot: put by the slot's taker, reached and ended by the consumer.
  void put(slot_index i, T&& item) noexcept { ::new (slots_[i].bytes) T(std::move(item)); }
  [[nodiscard]] T& item(slot_index i) noexcept {
    return *std::launder(reinterpret_cast<T*>(slots_[i].bytes));
  }
  void end(slot_index i) noexcept { item(i).~T(); }

 private:
  static constexpr std::size_t cache_line_bytes = 64;

  // On cache lines of its own, so that neighbours in the slab don't slow each other down.
  struct alignas(cache_line_bytes > alignof(T) ? cache_line_bytes : alignof(T)) slot {
    std::atomic<slot_index> next{nil};
    alignas(T) std::byte bytes[sizeof(T)];
  };

  struct head {
    std::uint32_t tag;
    std::uint32_t count;  // 16 bits in the word
    slot_index first;     // 16 bits in the word
  };
  static constexpr std::uint64_t pack(head h) {
    return std::uint64_t{h.tag} << 32 | std::uint64_t{h.count} << 16 | h.first;
  }
  static constexpr head unpack(std::uint64_t word) {
    return {.tag = static_cast<std::uint32_t>(word >> 32),
            .count = static_cast<std::uint32_t>(word >> 16 & 0xffff),
            .first = static_cast<slot_index>(word & 0xffff)};
  }

  std::unique_ptr<slot[]> slots_;
  alignas(cache_line_bytes) std::atomic<std::uint64_t> free_{0};
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace varde::lanes
