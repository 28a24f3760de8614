// Latencies in the published HdrHistogram layout (Gil Tene, http://hdrhistogram.org): buckets whose
// width doubles, each cut into the same number of steps, so that every value keeps three
// significant digits from a microsecond to minutes, and the far tail is counted as exactly as the
// middle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace varde::load {

/// One thread's. Values in microseconds.
class histogram {
 public:
  /// A value above this is counted as this.
  static constexpr std::uint64_t value_max_us = 600'000'000;

  histogram();

  void record(std::uint64_t value_us);
  /// All values of another one.
  void add(const histogram& other);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// The value that `percent` (0…100) of all recorded values do not exceed, to three digits; 0 if
  /// there are none.
  [[nodiscard]] std::uint64_t at_percentile(double percent) const;
  [[nodiscard]] std::uint64_t max_us() const noexcept { return max_us_; }
  [[nodiscard]] double mean_us() const noexcept;

 private:
  // 2048 steps in the first bucket and 1024 in each further one: the least power of two that keeps
  // three digits.
  static constexpr unsigned steps_log2 = 11;
  static constexpr std::uint64_t steps = 1u << steps_log2;
  static constexpr std::uint64_t half_steps = steps / 2;

  static std::size_t index_of(std::uint64_t value_us);
  static std::uint64_t largest_at(std::size_t index);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t max_us_ = 0;
  double sum_us_ = 0;
};

}  // namespace varde::load
