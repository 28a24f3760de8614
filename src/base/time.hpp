// The two clocks. Wall time is what people and the ledger see; steady time is what timers and
// latencies run on. Pure code takes `now` as an argument and never reads a clock itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varde::base {

/// Wall-clock time, UTC, microseconds since the Unix epoch.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;
/// Monotonic time of this process, for durations only.
using steady_time = std::chrono::steady_clock::time_point;

[[nodiscard]] inline wall_time wall_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}
[[nodiscard]] inline std::int64_t to_us(wall_time t) { return t.time_since_epoch().count(); }
[[nodiscard]] inline wall_time from_us(std::int64_t us) {
  return wall_time{std::chrono::microseconds{us}};
}

/// RFC 3339 in UTC with milliseconds, "2026-01-15T12:00:00.123Z". Any time of the years 0000…9999.
[[nodiscard]] std::string to_rfc3339(wall_time t);
/// The inverse; takes 0…6 fraction digits and an offset. nullopt if the text is not RFC 3339.
[[nodiscard]] std::optional<wall_time> from_rfc3339(std::string_view text);

}  // namespace varde::base
