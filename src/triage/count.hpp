// A case only from the n-th alarm within a window on: one open door is nothing, three are. Internal
// to triage.
#pragma once

#include <optional>

#include "triage/rules.hpp"

namespace varde::triage {

/// What counting says of an alarm: recorded because there were too few, or a case with the note of
/// the rule that counted it there.
struct count_result {
  bool recorded = false;
  std::optional<alarm::v1::RuleNote> by;
};
[[nodiscard]] count_result count(const work& w);

}  // namespace varde::triage
