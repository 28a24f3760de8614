// A pilot without a last day that can be read is no pilot: its alarms are real.
#include "triage/pilot.hpp"

#include <fmt/format.h>

#include "base/local_time.hpp"

namespace varde::triage {

bool keep_for_pilot(const work& w) {
  const auto* rule = rule_for(w, registry::v1::Rule::kPilot);
  if (rule == nullptr) return false;
  const auto last = base::local_date(rule->pilot().until());
  if (!last || base::to_local(w.out.now()).day > *last) return false;
  record(
      w, "pilot",
      note_of(*rule, fmt::format("pilot until {}", rule->pilot().until()), w.policy, w.out.now()));
  return true;
}

}  // namespace varde::triage
