// The proof that an alarm still comes through. A municipality's own rule may hold back life alarms
// of the kinds and devices it names; then each of these devices must be heard with a test signal
// every 31 days, or a technical case says that it was not. Internal to triage but for what the
// shell asks.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "triage/rules.hpp"

namespace varde::triage {

inline constexpr std::chrono::days proof_within{31};

/// True if a rule of this policy may hold back a life alarm of the device of this id and kind.
[[nodiscard]] bool must_prove(const registry::v1::Policy& policy, std::string_view device,
                              std::string_view kind);
/// The name that LookFor asks for a device's proof by, in place of a rule's.
[[nodiscard]] std::string proof_of(std::string_view wire_id);
[[nodiscard]] bool asks_for_proof(const alarm::v1::LookFor& asked);

[[nodiscard]] command_decision look_for_proof(const alarm::v1::SubjectState& state,
                                              const alarm::v1::Command& command, const grounds& on,
                                              const context& at);

}  // namespace varde::triage
