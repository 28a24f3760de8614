// Shadow mode: a group of devices is tried out, and what they send is recorded with what it would
// have been. Ends by itself after its last day. Internal to triage.
#pragma once

#include "triage/rules.hpp"

namespace varde::triage {

/// True if the signal was recorded as a pilot's.
[[nodiscard]] bool keep_for_pilot(const work& w);

}  // namespace varde::triage
