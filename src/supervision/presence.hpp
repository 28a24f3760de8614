// Whether one device is there, as a small machine of three states: present, missing (its time is
// over, and the other nodes are being asked), absent. Pure; driven by the sweep, with the times of
// signs of life in whole seconds of one clock.
#pragma once

#include <algorithm>
#include <cstdint>

#include "supervision/expectation.hpp"

namespace varde::supervision {

enum class presence_state : std::uint8_t { present, missing, absent };

/// Since when we can hear at all: our own start, the end of a freeze or an outage of ours.
struct listening {
  std::uint32_t since_s = 0;
};

class presence {
 public:
  /// Nothing is expected of it before `now_s`.
  explicit presence(std::uint32_t now_s = 0) : counts_from_s_(now_s) {}

  [[nodiscard]] presence_state state() const { return state_; }

  /// When it is gone if nothing is heard after `heard_s`: a limit after it was last heard or began
  /// to count; and whoever was silent while we could not hear gets a beat more.
  [[nodiscard]] std::uint32_t gone_at(std::uint32_t heard_s, const expectation& of,
                                      listening we) const {
    return std::max(std::max(heard_s, counts_from_s_) + of.limit_s, we.since_s + of.grace_s());
  }

  /// Its time is over.
  void miss() { state_ = presence_state::missing; }
  /// Somebody else heard it, or nobody may judge now.
  void found() { state_ = presence_state::present; }
  /// It is gone: nobody heard it.
  void lose() {
    state_ = presence_state::absent;
    first_s_ = last_s_ = 0;
  }
  /// It is there again, by another's word: as heard now.
  void restore(std::uint32_t now_s) {
    state_ = presence_state::present;
    counts_from_s_ = now_s;
  }

  /// A sign of life of one that is absent; the same twice is no harm. True if it is present now: an
  /// `alarm` is proof enough, else signs of life are needed that are settle_s() apart with no gap
  /// of the limit between them.
  bool sign(std::uint32_t heard_s, bool alarm, const expectation& of) {
    if (first_s_ == 0 || heard_s > last_s_ + of.limit_s) first_s_ = heard_s;
    last_s_ = std::max(last_s_, heard_s);
    if (!alarm && last_s_ - first_s_ < of.settle_s()) return false;
    state_ = presence_state::present;
    counts_from_s_ = heard_s;
    return true;
  }

 private:
  std::uint32_t counts_from_s_;  // its silence before this does not count
  std::uint32_t first_s_ = 0;    // while absent: the unbroken row of signs of life
  std::uint32_t last_s_ = 0;
  presence_state state_ = presence_state::present;
};

}  // namespace varde::supervision
