// Timers by the million: each item has at most one, setting and cancelling it costs the same
// however many wait, and time going by costs only what falls due. Hierarchical wheels after
// Varghese and Lauck (1987): four of 256 slots, each a list that is linked by index.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace varde::base {

/// Ticks are whatever unit the user counts in. Not thread-safe. Allocates in `grow` only.
class timer_wheel {
 public:
  using item = std::uint32_t;
  using tick = std::uint32_t;

  /// `now` is over: what is set for it or earlier falls due at the next tick.
  explicit timer_wheel(tick now) : next_(now + 1) {
    links_.resize(sentinels);
    for (item head = 0; head < sentinels; ++head) links_[head] = {head, head, 0};
  }

  /// Items are 0…`count` - 1 from now on, or more if there were more.
  void grow(item count) {
    assert(count <= std::numeric_limits<item>::max() - sentinels);
    if (count <= size()) return;
    const auto from = links_.size();
    links_.resize(sentinels + std::size_t{count});
    for (auto at = from; at < links_.size(); ++at)
      links_[at] = {static_cast<item>(at), static_cast<item>(at), 0};
  }
  [[nodiscard]] item size() const { return static_cast<item>(links_.size() - sentinels); }

  /// The item falls due at `when`, or at the next tick if that is over; not at any time it was set
  /// for before.
  void set(item which, tick when) {
    const item at = which + sentinels;
    unlink(at);
    const tick earliest = firing_ ? next_ + 1 : next_;
    links_[at].due = when > earliest ? when : earliest;
    link(at);
    ++waiting_;
  }
  void cancel(item which) { unlink(which + sentinels); }
  [[nodiscard]] bool is_set(item which) const {
    return links_[which + sentinels].next != which + sentinels;
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

  /// Calls fire(item) for what falls due up to and with `now`, in order of ticks, and may set and
  /// cancel any item in it. Touches at most `budget` items: true if that was enough, else the next
  /// call goes on where this one stopped.
  template <class Fire>
  bool advance(tick now, std::size_t budget, Fire&& fire) {
    while (next_ <= now) {
      if (waiting_ == 0) {
        next_ = now + 1;
        begun_ = false;
        return true;
      }
      if (!begun_) begin_tick();
      if (!cascade(budget)) return false;
      item& first = links_[next_ & slot_mask].next;
      for (const item head = next_ & slot_mask; first != head; --budget) {
        if (budget == 0) return false;
        const item due = first;
        unlink(due);
        firing_ = true;
        fire(due - sentinels);
        firing_ = false;
      }
      begun_ = false;
      ++next_;
    }
    return true;
  }

 private:
  static constexpr unsigned level_bits = 8;
  static constexpr item slots = 1u << level_bits;
  static constexpr tick slot_mask = slots - 1;
  static constexpr unsigned levels = 4;
  /// The lists' heads are the first elements of links_; a list is a ring through its head.
  static constexpr item sentinels = levels * slots;

  struct links {
    item next, previous;
    tick due;
  };

  static item head_of(unsigned level, tick when) {
    return level * slots + ((when >> (level * level_bits)) & slot_mask);
  }

  void link(item at) {
    const tick ahead = links_[at].due - next_;
    unsigned level = 0;
    while (level + 1 < levels && (ahead >> ((level + 1) * level_bits)) != 0) ++level;
    const item head = head_of(level, links_[at].due);
    const item last = links_[head].previous;
    links_[at].next = head;
    links_[at].previous = last;
    links_[last].next = at;
    links_[head].previous = at;
  }

  void unlink(item at) {
    auto& of = links_[at];
    if (of.next == at) return;
    links_[of.previous].next = of.next;
    links_[of.next].previous = of.previous;
    of.next = of.previous = at;
    --waiting_;
  }

  /// Which slots of the slower wheels come down at the tick that begins: of each wheel the next,
  /// when all faster ones are round.
  void begin_tick() {
    begun_ = true;
    coming_down_ = 0;
    for (unsigned level = 1; level < levels; ++level) {
      if ((next_ & ((tick{1} << (level * level_bits)) - 1)) != 0) break;
      coming_down_ = level;
    }
  }

  /// Moves those items to faster wheels, the slowest first. False if the budget ended before.
  bool cascade(std::size_t& budget) {
    for (; coming_down_ > 0; --coming_down_) {
      const item head = head_of(coming_down_, next_);
      for (; links_[head].next != head; --budget) {
        if (budget == 0) return false;
        const item at = links_[head].next;
        unlink(at);
        link(at);
        ++waiting_;
      }
    }
    return true;
  }

  std::vector<links> links_;
  tick next_;  // the first tick that is not over
  std::size_t waiting_ = 0;
  unsigned coming_down_ = 0;
  bool begun_ = false;   // the slots that come down at next_ are known
  bool firing_ = false;  // what is set for next_ now is too late for it
};

}  // namespace varde::base
