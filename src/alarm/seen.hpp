// The signals that a subject has heard, for duplicate detection. Nearly every signal is searched
// for here and not found, so the search reads digests that lie side by side and no text.
#pragma once

#include <string_view>

#include "varde/alarm/v1/case.pb.h"

namespace varde::alarm {

/// nullptr if the signal isn't among the newest seen_signals_max (fold.hpp).
[[nodiscard]] const v1::SeenSignal* find_seen(const v1::SubjectState& state, std::string_view id);
[[nodiscard]] v1::SeenSignal* find_seen(v1::SubjectState& state, std::string_view id);

/// Remembers the signal as the newest; the oldest is forgotten if there are too many.
void add_seen(v1::SubjectState& state, std::string_view id, std::string_view case_id);

}  // namespace varde::alarm
