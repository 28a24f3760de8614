// Norwegian local time: central European time, with summer time by the European Union's rule (from
// the last Sunday of March at 01:00 UTC to the last Sunday of October at 01:00 UTC; directive
// 2000/84/EC). Pure arithmetic, since the library at hand has no time zone database.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace varde::base {

/// A wall clock on a wall in Norway.
struct local_time {
  std::chrono::local_days day{};
  std::chrono::microseconds since_midnight{};  // by the clock's hands: 0…24 h
  unsigned weekday = 1;                        // 1 Monday … 7 Sunday
  friend bool operator==(const local_time&, const local_time&) = default;
};

/// One hour, or two in summer.
[[nodiscard]] std::chrono::hours local_offset(wall_time at);
[[nodiscard]] local_time to_local(wall_time at);
/// When the clock shows `since_midnight` on that day. What the clock shows twice (in October) is
/// the first of the two; what it skips (in March) is an hour later.
[[nodiscard]] wall_time from_local(std::chrono::local_days day,
                                   std::chrono::microseconds since_midnight);

/// "22:00" as minutes since midnight; "24:00" too. nullopt if it is no time of day.
[[nodiscard]] std::optional<std::chrono::minutes> time_of_day(std::string_view text);
/// "2027-01-31". nullopt if there is no such day.
[[nodiscard]] std::optional<std::chrono::local_days> local_date(std::string_view text);

}  // namespace varde::base
