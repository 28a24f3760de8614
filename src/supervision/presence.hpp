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
  /// Taken up at `now_s`: if it was never heard, its silence counts from then.
  explicit presence(std::uint32_t now_s) : taken_up_s_(now_s) {}
  presence() = default;

  [[nodiscard]] presence_state state() const { return state_; }
  /// When it came back the last time; 0: it was never absent.
  [[nodiscard]] std::uint32_t returned_s() const { return returned_s_; }

  /// When it is gone if nothing is heard after `heard_s` (0: never heard): a limit after it was
  /// heard or came back; and whoever was silent while we could not hear gets a beat more.
  [[nodiscard]] std::uint32_t gone_at(std::uint32_t heard_s, const expectation& of,
                                      listening we) const {
    const auto last_s = std::max(heard_s != 0 ? heard_s : taken_up_s_, returned_s_);
    return std::max(last_s + of.limit_s, we.since_s + of.grace_s());
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
    returned_s_ = now_s;
  }

  /// A sign of life of one that is absent; the same twice is no harm. True if it is present now: an
  /// `alarm` is proof enough, else signs of life are needed that are settle_s() apart with no gap
  /// of the limit between them.
  bool sign(std::uint32_t heard_s, bool alarm, const expectation& of) {
    if (first_s_ == 0 || heard_s > last_s_ + of.limit_s) first_s_ = heard_s;
    last_s_ = std::max(last_s_, heard_s);
    if (!alarm && last_s_ - first_s_ < of.settle_s()) return false;
    state_ = presence_state::present;
    returned_s_ = heard_s;
    return true;
  }

 private:
  std::uint32_t taken_up_s_ = 0;
  std::uint32_t returned_s_ = 0;
  std::uint32_t first_s_ = 0;  // while absent: the unbroken row of signs of life
  std::uint32_t last_s_ = 0;
  presence_state state_ = presence_state::present;
};

}  // namespace varde::supervision
