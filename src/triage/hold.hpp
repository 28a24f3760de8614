// Hold and restore: a rule lets a signal wait for its restoral (the door closed, back in bed, the
// link back). What comes in time ends it by itself; what does not becomes a case. Internal to
// triage.
#pragma once

#include "triage/rules.hpp"

namespace varde::triage {

/// Signals that one subject may have waiting; more pass at once.
inline constexpr int held_max = 64;

/// True if the signal waits now. A more severe one than what already waits of the same sensor does
/// not wait, nor does one that an open case can take.
[[nodiscard]] bool hold(const work& w);

/// The reset ends everything that waits of its sensor. Appends to what is drafted; the reset itself
/// goes into the first entry unless `already_placed`. False if nothing waited.
bool restore(const work& w, bool already_placed);

[[nodiscard]] const alarm::v1::Held* find_held(const alarm::v1::SubjectState& state,
                                               std::string_view signal);
[[nodiscard]] classification classification_of(const alarm::v1::Held& held);

}  // namespace varde::triage
