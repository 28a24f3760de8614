// What is special about the people a case is about, as its plan begins: whom to ask for where a
// device serves several, and a visit where no answer means nothing. Internal to triage.
#pragma once

#include <span>
#include <string_view>

#include "triage/facts.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::triage {

/// Ids and texts of the steps that are put before a plan; the pages have words for the texts.
inline constexpr std::string_view who_step = "who_is_it";
inline constexpr std::string_view visit_step = "visit_by_default";

/// Fills in steps, asks_who and cognitive_impairment; personal kinds only get the latter two.
void write_plan(alarm::v1::CaseOpened& opened, std::span<const alarm::v1::Step> plan,
                const facts& about);

/// True if `outcome` says that somebody spoke with or saw the person.
[[nodiscard]] bool somebody_was_met(const alarm::v1::Outcome& outcome);

}  // namespace varde::triage
