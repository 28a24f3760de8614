// Two worlds side by side: what became of the same signals under two policies, as a report.
#pragma once

#include <string>

#include "server/policy_world.hpp"

namespace varde::server {

/// Signals that differ and are listed one by one; the others are counted.
inline constexpr std::size_t differences_shown_max = 200;

/// Counts of cases by kind and of signals by rule, then the signals that went another way, each
/// with the rule and its reason. Times are Norwegian.
[[nodiscard]] std::string compare(const policy_world& now, const policy_world& tried);

}  // namespace varde::server
