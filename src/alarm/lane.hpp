// The lanes as an index for arrays, and their order.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "varde/alarm/v1/signal.pb.h"

namespace varde::alarm {

using v1::Lane;

inline constexpr std::size_t lane_count = 3;

/// 0 for life, 1 for care, 2 for technical; anything else counts as life, since the unknown fails
/// open.
[[nodiscard]] constexpr std::size_t lane_index(Lane lane) {
  return lane == v1::LANE_CARE ? 1 : lane == v1::LANE_TECHNICAL ? 2 : 0;
}
/// True if `a` is more urgent than `b`.
[[nodiscard]] constexpr bool more_urgent(Lane a, Lane b) { return lane_index(a) < lane_index(b); }

/// "life", "care", "technical".
[[nodiscard]] constexpr std::string_view lane_name(Lane lane) {
  return std::array<std::string_view, lane_count>{"life", "care", "technical"}[lane_index(lane)];
}

}  // namespace varde::alarm
