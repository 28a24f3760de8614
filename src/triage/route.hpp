// Which list a new case waits on. Life is always the operators'. Internal to triage.
#pragma once

#include <optional>

#include "triage/rules.hpp"

namespace varde::triage {

struct routed {
  alarm::v1::WorkList list;
  alarm::v1::RuleNote by;
};

/// nullopt: the operators' queue. A low battery goes to the technicians unless the policy has a
/// rule of its own under the same id, "varde:battery".
[[nodiscard]] std::optional<routed> route_of(const work& w);

}  // namespace varde::triage
