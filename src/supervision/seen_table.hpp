// When each device and sensor was last heard: one slot each, by the number that the registry gave
// it. A sign of life is a store into the slot by whatever thread heard it: no lock, no queue, no
// allocation, and no other thread is woken. The sweep reads the slots when their time comes, pages
// whenever somebody looks.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/time.hpp"
#include "registry/view.hpp"

namespace varde::supervision {

enum class standing : std::uint8_t {
  unwatched,  // not supervised, or not taken up yet
  present,
  absent,
};

/// What anyone may ask of a slot.
struct sighting {
  std::uint32_t heard_s = 0;  // Unix seconds by this process's clock; 0: never
  supervision::standing standing = supervision::standing::unwatched;
};

class seen_table {
 public:
  /// Seconds are counted by the steady clock from this moment, so that a step of the wall clock
  /// makes nobody silent.
  explicit seen_table(base::wall_time wall = base::wall_now(),
                      base::steady_time steady = std::chrono::steady_clock::now());
  ~seen_table();
  seen_table(const seen_table&) = delete;
  seen_table& operator=(const seen_table&) = delete;

  /// Unix seconds as they are if the wall clock was right at the start.
  [[nodiscard]] std::uint32_t second_of(base::steady_time t) const {
    return static_cast<std::uint32_t>(
        origin_s_ + std::chrono::floor<std::chrono::seconds>(t - origin_).count());
  }

  // Any thread.

  /// Makes room for the number, so that marking it can't fail; the first of 65,536 allocates. False
  /// for no_number.
  bool prepare(registry::thing_number number);
  /// A sign of life; `alarm` if it was a call for help. Nothing happens to a number that was not
  /// prepared.
  void mark(registry::thing_number number, base::steady_time now, bool alarm = false) {
    if (slot* s = find(number)) mark(*s, number, second_of(now), alarm);
  }
  [[nodiscard]] sighting look(registry::thing_number number) const;
  /// The device listeners are open, or not: without them all silence is ours.
  void listen(bool open) { listening_.store(open, std::memory_order_release); }
  [[nodiscard]] bool listens() const { return listening_.load(std::memory_order_acquire); }

  // The sweep.

  /// Somebody else heard it then; never makes it older.
  void raise(registry::thing_number number, std::uint32_t heard_s);
  void stand(registry::thing_number number, supervision::standing now);
  /// Calls take(number, alarm) for each absent one that gave a sign of life since it was taken
  /// last; at most `most` of them, the others next time.
  template <class Take>
  void take_bells(std::size_t most, Take&& take) {
    if (taken_ == registry::no_number)
      taken_ = bells_.exchange(registry::no_number, std::memory_order_acquire);
    for (; most > 0 && taken_ != registry::no_number; --most) {
      slot& s = *find(taken_);
      const auto number = std::exchange(taken_, s.next_bell.load(std::memory_order_relaxed));
      // From here on it can ring again; what was marked before the last ring is seen below.
      s.rung.exchange(false, std::memory_order_acq_rel);
      take(number, s.alarmed.exchange(false, std::memory_order_relaxed));
    }
  }

 private:
  struct slot {
    std::atomic<std::uint32_t> heard_s{0};
    std::atomic<registry::thing_number> next_bell{registry::no_number};
    std::atomic<supervision::standing> standing{supervision::standing::unwatched};
    std::atomic<bool> rung{false};     // in the list of bells
    std::atomic<bool> alarmed{false};  // since it became absent
  };
  static constexpr unsigned block_bits = 16;
  static constexpr std::size_t block_slots = 1u << block_bits;
  static constexpr std::size_t blocks_max = registry::thing_numbers_max >> block_bits;
  using block = std::array<slot, block_slots>;

  [[nodiscard]] slot* find(registry::thing_number number) const {
    if (number >= registry::thing_numbers_max) return nullptr;
    block* b = (*blocks_)[number >> block_bits].load(std::memory_order_acquire);
    return b == nullptr ? nullptr : &(*b)[number & (block_slots - 1)];
  }

  void mark(slot& s, registry::thing_number number, std::uint32_t now_s, bool alarm) {
    s.heard_s.store(now_s, std::memory_order_relaxed);
    if (s.standing.load(std::memory_order_relaxed) == supervision::standing::absent)
      ring(s, number, alarm);
  }
  void ring(slot& s, registry::thing_number number, bool alarm);

  const base::steady_time origin_;
  const std::int64_t origin_s_;
  const std::unique_ptr<std::array<std::atomic<block*>, blocks_max>> blocks_;
  std::atomic<registry::thing_number> bells_{registry::no_number};
  registry::thing_number taken_ = registry::no_number;  // bells the sweep has still to answer
  std::atomic<bool> listening_{false};
};

}  // namespace varde::supervision
