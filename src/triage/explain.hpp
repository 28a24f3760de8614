// What each rule of a policy does with a signal, and why the others do nothing: the question that
// whoever writes a policy asks. Runs the very code that decides; nothing is decided twice here.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "triage/decision.hpp"

namespace varde::triage {

/// One rule's part, in the policy's order; after those, Varde's own that had a part.
struct rule_part {
  std::string rule;      // its id
  std::string sort;      // "hold", "count", …; empty for Varde's own
  bool applies = false;  // it is about this signal and may touch it
  bool decided = false;  // it did something with it
  /// "waits 60 s for the all-clear", or why it does nothing: "does not match because …".
  std::string what;
  std::string reason;  // as people are shown it
};

struct explanation {
  std::vector<rule_part> rules;
  /// What comes of the signal: the entries that deciding makes.
  signal_decision decision;
  /// "opens a case in lane care for the operators", …: one sentence an entry.
  std::vector<std::string> outcome;
};

/// As decide_signal, whose arguments it takes.
[[nodiscard]] explanation explain(const alarm::v1::SubjectState& state,
                                  const alarm::v1::Signal& signal, const classification& what,
                                  const facts& about, const registry::v1::Policy& policy,
                                  std::span<const alarm::v1::Step> plan, const context& at);

}  // namespace varde::triage
