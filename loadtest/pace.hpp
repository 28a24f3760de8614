// When each signal of an open-loop run should leave: evenly spaced from the start, whatever the
// centre does. A generator that waits for answers would slow down with the server and never see the
// queue it causes (coordinated omission).
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "stream.hpp"
#include "tally.hpp"

namespace varde::load {

/// Between two looks at what is due. A signal that is due meanwhile leaves late, and what its
/// lateness is counts as latency; so it is short against the interval of any rate that latency is
/// asked at.
inline constexpr std::chrono::microseconds tick_min{20};

class pace {
 public:
  /// Nothing is to be sent.
  pace() = default;
  /// `per_s` signals a second, `count` of them in all.
  pace(clock::time_point start, double per_s, std::uint64_t count) {
    if (count > 0) pieces_.push_back({.starts = start, .per_s = per_s, .count = count});
  }

  /// For `run_s` seconds, with a rate that changes by the steps of `profile`.
  pace(clock::time_point start, double per_s, double run_s, std::vector<profile_step> profile) {
    if (profile.empty()) profile.push_back({});
    for (std::size_t i = 0; i < profile.size(); ++i) {
      const double until = i + 1 < profile.size() ? profile[i + 1].from : 1.0;
      const double rate = per_s * profile[i].share;
      const double span_s = (until - profile[i].from) * run_s;
      const auto count = static_cast<std::uint64_t>(rate * span_s);
      if (count == 0) continue;
      pieces_.push_back(
          {.starts = start + in(profile[i].from * run_s), .per_s = rate, .count = count});
    }
  }

  [[nodiscard]] bool done() const noexcept { return piece_ == pieces_.size(); }
  /// The moment the next signal should leave; only while not done.
  [[nodiscard]] clock::time_point next_at() const {
    const piece& now = pieces_[piece_];
    return now.starts + in(static_cast<double>(next_) / now.per_s);
  }
  void advance() noexcept {
    if (++next_ < pieces_[piece_].count) return;
    next_ = 0;
    ++piece_;
  }

 private:
  struct piece {
    clock::time_point starts;
    double per_s = 0;
    std::uint64_t count = 0;
  };
  static clock::duration in(double s) {
    return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(s));
  }

  std::vector<piece> pieces_;
  std::size_t piece_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace varde::load
