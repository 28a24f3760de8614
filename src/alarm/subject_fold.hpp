// The part of the fold that is about the subject as a whole: what waits for its restoral, what
// rules kept back, what was heard lately, tests, absences, expectations and outages. Internal to
// alarm; fold.hpp is what others use.
#pragma once

#include "varde/alarm/v1/case.pb.h"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::alarm {

/// Applies what `entry` says of the subject; its cases are fold.cpp's.
void apply_to_subject(v1::SubjectState& state, const v1::Entry& entry);

/// The rule that decided an entry, or nullptr if none did.
[[nodiscard]] const v1::RuleNote* decided_by(const v1::Entry& entry);

/// nullptr if the subject has no such outage.
[[nodiscard]] const v1::OutageState* find_outage(const v1::SubjectState& state,
                                                 std::string_view case_id);

}  // namespace varde::alarm
