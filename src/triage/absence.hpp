// A resident who is registered away, in hospital say: what her devices send is recorded, but life
// and what a technician must mend always pass. Internal to triage.
#pragma once

#include <string>

#include "triage/rules.hpp"

namespace varde::triage {

[[nodiscard]] bool is_absent(const alarm::v1::SubjectState& state, base::wall_time now);
/// "hospital → 2026-12-01 14:00": why, and until when by Norwegian clocks if it is known; pages of
/// every language show it as it is.
[[nodiscard]] std::string words_of(const alarm::v1::ResidentAbsence& absence);
/// True if the alarm was recorded because the resident is away.
[[nodiscard]] bool keep_for_absence(const work& w);

}  // namespace varde::triage
