// The lanes by name, and the numbers that bound them. Urgency is fixed by what happened, never by
// load; what it means for an alarm is decided elsewhere, here a lane is only a place in the order
// of service.
#pragma once

#include <cstddef>
#include <cstdint>

namespace varde::lanes {

/// In order of service.
enum class lane : std::uint8_t { life, care, technical };

inline constexpr std::size_t lane_count = 3;

[[nodiscard]] constexpr std::size_t index(lane l) { return static_cast<std::size_t>(l); }

/// While a lower lane waits, at least one of this many served items is its own: a flood of life
/// alarms slows the technical lane down, but never so far that a dead battery is heard of tomorrow.
inline constexpr std::size_t guaranteed_share = 16;

/// The most slots a lane set can have: a slot's number and the count of free ones share one word
/// with a tag.
inline constexpr std::size_t slots_max = 65'535;

/// How many items may wait, all lanes together, and how many of those places only life may take.
struct limits {
  std::size_t slots = 32'768;             // 1…slots_max
  std::size_t reserved_for_life = 8'192;  // 0…slots
};

}  // namespace varde::lanes
