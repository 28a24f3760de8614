// The response plan that holds when a municipality has written none for a kind of alarm. Built in,
// so that no operator ever meets an alarm without a next step.
#pragma once

#include <string_view>

#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// Norway's medical emergency number, the target of the last step of every built-in plan for
/// persons.
inline constexpr std::string_view emergency_number = "113";
/// Ids of built-in steps begin with this, so that a page can show them in its own language.
inline constexpr std::string_view default_step_prefix = "default-";

/// For personal kinds: call the resident, check the next planned visit, next of kin, team, 113. For
/// technical kinds and unknown devices: call the resident, have the device seen to. Lives as long
/// as the process.
[[nodiscard]] const v1::Plan& default_plan(alarm::v1::Kind kind);

/// Battery, mains, link, tamper, fault and test: somebody must mend something, nobody needs help.
[[nodiscard]] bool is_technical(alarm::v1::Kind kind);

}  // namespace varde::registry
