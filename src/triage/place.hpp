// Where an alarm that no rule keeps back goes: to the open case of its kind, to one that was closed
// only just and is less severe, or to a case of its own. Internal to triage.
#pragma once

#include <optional>

#include "triage/rules.hpp"

namespace varde::triage {

/// The open case that an alarm of this kind joins, or nullptr.
[[nodiscard]] const alarm::v1::Case* open_case_of(const alarm::v1::SubjectState& state,
                                                  alarm::v1::Kind kind);

/// Where the signal is if it was received before (empty: in no case); nullopt if it is new.
[[nodiscard]] std::optional<std::string> known_place(const alarm::v1::SubjectState& state,
                                                     const std::string& signal);

/// Appends the entries. `by` is the rule that held it, counted it or raised it, or nullptr.
void place(const work& w, std::span<const alarm::v1::Step> plan, const alarm::v1::RuleNote* by);

}  // namespace varde::triage
