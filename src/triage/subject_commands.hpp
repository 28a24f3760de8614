// Commands about a subject rather than one of its cases: what waits or was kept back, tests,
// absences, and what was expected of it. Internal to triage.
#pragma once

#include "triage/decision.hpp"

namespace varde::triage {

/// True for a command that names no case.
[[nodiscard]] bool is_of_subject(const alarm::v1::Command& command);

[[nodiscard]] command_decision decide_of_subject(const alarm::v1::SubjectState& state,
                                                 const alarm::v1::Command& command,
                                                 const grounds& on, const context& at);

}  // namespace varde::triage
