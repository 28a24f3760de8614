// A rule's moment of truth: was the resident heard of, or looked after, in time? If not, Varde
// makes a signal of it, whose id makes it exactly once. Internal to triage.
#pragma once

#include "triage/rules.hpp"

namespace varde::triage {

[[nodiscard]] command_decision look_for(const alarm::v1::SubjectState& state,
                                        const alarm::v1::Command& command, const grounds& on,
                                        const context& at);

/// Of the case that a missed moment opens: the one kind that the rule is about, else KIND_CHECK.
[[nodiscard]] alarm::v1::Kind kind_missed(const registry::v1::Rule& rule);

}  // namespace varde::triage
