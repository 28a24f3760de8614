// One lane: a stack of slot numbers on which any thread pushes by compare-and-swap and from which
// the one consumer takes everything with a single exchange. The consumer turns what it took around,
// so the lane is first in, first out; and since nobody ever waits for a place in a queue's array, a
// producer that is frozen in mid-push holds up nobody's alarm but its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lanes/slab.hpp"

namespace varde::lanes {

/// The slots taken from a lane, newest first, linked by the slab.
struct taken {
  slot_index newest = nil;
  std::size_t count = 0;
};

class alignas(64) take_all_stack {
 public:
  /// Puts a slot on top. `next` is the slot's link, and the slot is the caller's alone. Any thread,
  /// lock-free.
  ///
  /// There is no ABA problem: the only fact the swap relies on is that `next` names the present
  /// top, and that is just what it compares. Nobody pops a single slot, so no link below the top is
  /// ever read here.
  ///
  /// Sequentially consistent, for two reasons. As a release it publishes the item and `next` to the
  /// exchange in take_all; every change of `top_` is a read-modify-write, so the exchange
  /// synchronises with every push below the top too. And it has its place in the single order with
  /// the consumer's arming (wake.hpp).
  void push(slot_index slot, std::atomic<slot_index>& next) noexcept {
    std::uint64_t seen = top_.load(std::memory_order_relaxed);
    do {
      next.store(slot_of(seen), std::memory_order_relaxed);
    } while (!top_.compare_exchange_weak(seen, word(slot, depth_of(seen) + 1),
                                         std::memory_order_seq_cst, std::memory_order_relaxed));
  }

  /// Everything that was pushed, leaving nothing. Consumer only, wait-free. Acquire: see push().
  [[nodiscard]] taken take_all() noexcept {
    const std::uint64_t seen = top_.exchange(empty_word, std::memory_order_acquire);
    return {slot_of(seen), depth_of(seen)};
  }

  /// A hint that is cheap to ask for between two items. Any thread.
  [[nodiscard]] bool looks_empty() const noexcept { return depth() == 0; }
  [[nodiscard]] std::size_t depth() const noexcept {
    return depth_of(top_.load(std::memory_order_relaxed));
  }
  /// The question before sleep, in the single order with every push (wake.hpp).
  [[nodiscard]] bool empty_in_order() const noexcept {
    return top_.load(std::memory_order_seq_cst) == empty_word;
  }

 private:
  static constexpr std::uint64_t word(slot_index slot, std::size_t depth) {
    return std::uint64_t{depth} << 32 | slot;
  }
  static constexpr slot_index slot_of(std::uint64_t w) { return static_cast<slot_index>(w); }
  static constexpr std::size_t depth_of(std::uint64_t w) { return w >> 32; }
  static constexpr std::uint64_t empty_word = nil;  // depth 0

  std::atomic<std::uint64_t> top_{empty_word};
};

}  // namespace varde::lanes
