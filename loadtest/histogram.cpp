// The index arithmetic of the layout: the bucket is the value's magnitude, the step its leading
// bits.
#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace varde::load {

histogram::histogram() : counts_(index_of(value_max_us) + 1) {}

std::size_t histogram::index_of(std::uint64_t value_us) {
  // Values below `steps` are in bucket 0, one step each.
  const auto magnitude = static_cast<unsigned>(std::bit_width(value_us | (steps - 1)));
  const unsigned bucket = magnitude - steps_log2;
  return (bucket + 1) * half_steps + ((value_us >> bucket) - half_steps);
}

std::uint64_t histogram::largest_at(std::size_t index) {
  if (index < steps) return index;
  const std::size_t bucket = index / half_steps - 1;
  const std::uint64_t step = index % half_steps + half_steps;
  return ((step + 1) << bucket) - 1;
}

void histogram::record(std::uint64_t value_us) {
  const std::uint64_t value = std::min(value_us, value_max_us);
  ++counts_[index_of(value)];
  ++count_;
  max_us_ = std::max(max_us_, value);
  sum_us_ += static_cast<double>(value);
}

void histogram::add(const histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_us_ = std::max(max_us_, other.max_us_);
  sum_us_ += other.sum_us_;
}

std::uint64_t histogram::at_percentile(double percent) const {
  if (count_ == 0) return 0;
  const double share = std::clamp(percent, 0.0, 100.0) / 100.0;
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_) - 1e-9)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(largest_at(i), max_us_);
  }
  return max_us_;
}

double histogram::mean_us() const noexcept {
  return count_ == 0 ? 0 : sum_us_ / static_cast<double>(count_);
}

}  // namespace varde::load
