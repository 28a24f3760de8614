// How often a device or a sensor is expected to say that it lives, and how long it may be silent:
// its own interval, else its supervision profile's, else a day. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "registry/records.hpp"

namespace varde::supervision {

/// Where neither the device nor a profile says how often it beats.
inline constexpr std::uint32_t interval_default_s = 86'400;
inline constexpr std::uint32_t missed_beats_default = 3;
/// No silence is waited for longer than this.
inline constexpr std::uint32_t limit_s_max = 366 * 86'400;

struct expectation {
  std::uint32_t interval_s = 0;  // 0: not supervised
  std::uint32_t limit_s = 0;     // silent for this long is gone

  /// After we could not hear, so long nobody is gone: one beat and a tenth, at most the limit.
  [[nodiscard]] std::uint32_t grace_s() const;
  /// Signs of life this far apart, with no gap of the limit between, and it is back. Half a beat,
  /// so that a device that connects and is cut off at once does not count, and at most a minute.
  [[nodiscard]] std::uint32_t settle_s() const;

  friend bool operator==(const expectation&, const expectation&) = default;
};

[[nodiscard]] expectation expected_of(const registry::device_record& device,
                                      const registry::v1::Policy& policy);
/// Of a sensor behind the device: a profile for its kind, and the device's protocol.
[[nodiscard]] expectation expected_of(const registry::sensor_record& sensor,
                                      const registry::device_record& gateway,
                                      const registry::v1::Policy& policy);

}  // namespace varde::supervision
