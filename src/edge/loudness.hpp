// How much a device has said of late, and whether that is so little that it is read as soon as it
// is readable. What it said weighs half as much with each second: who floods stays in line as long
// as it does, and not just until the clock's next second, when all who flood would rush in at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace varde::edge {

/// Eight bytes a connection; on its thread.
class loudness {
 public:
  /// What a device may have said and still be read at once. A safety alarm sends less in a day.
  static constexpr std::uint32_t quiet_bytes_max = 1'024;
  /// More is not held against it: after so loud a second it is quiet again in five.
  static constexpr std::uint32_t heard_bytes_max = 16 * quiet_bytes_max;

  [[nodiscard]] bool is_quiet(base::steady_time now) {
    const auto second =
        static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::seconds{1});
    const auto gone = second - second_;
    second_ = second;
    heard_bytes_ = gone < 32 ? heard_bytes_ >> gone : 0;
    return heard_bytes_ < quiet_bytes_max;
  }

  void heard(std::size_t bytes) {
    heard_bytes_ +=
        static_cast<std::uint32_t>(std::min<std::size_t>(bytes, heard_bytes_max - heard_bytes_));
  }

 private:
  std::uint32_t second_ = 0;  // of the steady clock, in which it was last asked
  std::uint32_t heard_bytes_ = 0;
};

}  // namespace varde::edge
