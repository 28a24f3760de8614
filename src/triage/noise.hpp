// A device that sends far too much. Its alarms are collected in one technical case; the first of
// each kind and every more severe one still pass, and life always does. It ends by itself once no
// more than half as many came within the window, or when an operator closes the case. Internal to
// triage.
#pragma once

#include <optional>

#include "triage/rules.hpp"

namespace varde::triage {

inline constexpr std::string_view noise_rule_id = "varde:noise";
inline constexpr std::uint32_t noise_count_default = 20;
inline constexpr std::uint32_t noise_window_default_s = 600;

/// True if the signal was collected.
[[nodiscard]] bool collect_noise(const work& w);

/// When the device of this open noisy case is noisy no longer, if nothing more comes.
[[nodiscard]] base::wall_time noise_over_at(const alarm::v1::SubjectState& state,
                                            const alarm::v1::Case& c,
                                            const registry::v1::Policy& policy);

}  // namespace varde::triage
