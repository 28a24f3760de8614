// When each signal of an open-loop run should leave: evenly spaced from the start, whatever the
// centre does. A generator that waits for answers would slow down with the server and never see the
// queue it causes (coordinated omission).
#pragma once

#include <chrono>
#include <cstdint>

#include "tally.hpp"

namespace varde::load {

class pace {
 public:
  /// `per_s` signals a second, `count` of them in all.
  pace(clock::time_point start, double per_s, std::uint64_t count)
      : start_(start), per_s_(per_s), count_(count) {}

  [[nodiscard]] bool done() const noexcept { return next_ == count_; }
  /// The moment the next signal should leave; only while not done.
  [[nodiscard]] clock::time_point next_at() const {
    return start_ + std::chrono::duration_cast<clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(next_) / per_s_));
  }
  void advance() noexcept { ++next_; }

 private:
  clock::time_point start_;
  double per_s_;
  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

}  // namespace varde::load
