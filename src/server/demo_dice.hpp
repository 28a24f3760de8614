// The made-up world's chance: the same numbers from the same seed on every machine, which the
// standard library's distributions don't promise. Not for secrets outside a demonstration.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace varde::server {

/// SplitMix64.
class demo_dice {
 public:
  explicit demo_dice(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  /// Within `spread` of zero.
  double around(double spread) {
    return (static_cast<double>(below(20'001)) / 10'000.0 - 1.0) * spread;
  }
  template <std::size_t N>
  std::string pick(const std::array<std::string_view, N>& words) {
    return std::string{words[below(N)]};
  }
  std::string hex() { return fmt::format("{:016x}{:016x}", next(), next()); }

 private:
  std::uint64_t state_;
};

}  // namespace varde::server
