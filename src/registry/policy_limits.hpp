// How far a policy may go: every number that a municipality may set has a bound with a name, so
// that a slip of the pen is found at the import and not in the night.
#pragma once

#include <cstddef>
#include <cstdint>

namespace varde::registry {

inline constexpr int rules_max = 200;
/// A hold waits no longer for its restoral.
inline constexpr std::uint32_t hold_wait_s_max = 3'600;
/// One alone is no count; more than the core remembers of a person could never be reached.
inline constexpr std::uint32_t count_min = 2;
inline constexpr std::uint32_t count_max = 60;
/// Of counts and noise.
inline constexpr std::uint32_t window_s_min = 10;
inline constexpr std::uint32_t window_s_max = 86'400;
/// Of planned looks: how early and how late one may be done.
inline constexpr std::uint32_t check_slack_s_max = 43'200;

/// How often a device beats. More often costs more than it tells.
inline constexpr std::uint32_t beat_interval_s_min = 10;
inline constexpr std::uint32_t beat_interval_s_max = 7 * 86'400;
inline constexpr std::uint32_t missed_beats_max = 100;

inline constexpr int escalation_steps_max = 8;
inline constexpr std::uint32_t escalation_s_max = 86'400;

inline constexpr std::uint32_t restated_within_s_max = 86'400;
inline constexpr std::uint32_t test_s_max = 7 * 86'400;
inline constexpr std::uint32_t flood_cases_max = 1'000;
inline constexpr std::uint32_t outage_window_s_min = 10;
inline constexpr std::uint32_t outage_window_s_max = 3'600;
inline constexpr std::uint32_t outage_devices_min = 2;
inline constexpr double outage_chance_max = 0.01;

}  // namespace varde::registry
