// Which rule of a policy is about a signal, and what it says of itself when it has decided. The one
// place that guards life: no rule touches a signal of the life lane unless it stands in the
// municipality's own policy and names the device's kind. Internal to triage.
#pragma once

#include <string>
#include <string_view>

#include "triage/draft.hpp"

namespace varde::triage {

/// A signal as rules see it.
struct arrival {
  const alarm::v1::Signal& signal;
  const classification& what;
  const facts& about;
};

/// Everything that one kind of rule needs to decide on a signal.
struct work {
  const alarm::v1::SubjectState& state;
  const registry::v1::Policy& policy;
  const arrival& in;
  draft& out;
};

/// All that is filled in holds, the time of day by Norwegian clocks.
[[nodiscard]] bool matches(const registry::v1::RuleMatch& match, const arrival& in,
                           base::wall_time now);
/// The municipality's own, and names both the kinds of alarm and the kinds of device. No other rule
/// decides anything about a life alarm.
[[nodiscard]] bool may_touch_life(const registry::v1::Rule& rule);
/// What a rule says of a signal: that it may decide on it, or the first reason why it does not.
enum class ruling : std::uint8_t {
  applies,
  off,           // it is switched off
  life_shared,   // life, and the rule is none of the municipality's own
  life_unnamed,  // life, and the rule doesn't name both kinds and device kinds
  kind,          // here and below: what of the match does not hold
  device_type,
  status,
  component,
  location,
  device_kind,
  resident,
  device,
  time,
};
[[nodiscard]] ruling ruling_on(const registry::v1::Rule& rule, const arrival& in,
                               base::wall_time now);
/// Switched on, about this signal, and allowed to touch its lane.
[[nodiscard]] bool may_decide(const registry::v1::Rule& rule, const arrival& in,
                              base::wall_time now);
/// The policy's first rule of this sort that may decide, or nullptr.
[[nodiscard]] const registry::v1::Rule* rule_for(const work& w, registry::v1::Rule::WhatCase sort);
/// By id, whatever it is about; nullptr if there is none.
[[nodiscard]] const registry::v1::Rule* rule_named(const registry::v1::Policy& policy,
                                                   std::string_view id);

/// "door, waits 60 s": the municipality's words, or `otherwise` where it has none.
[[nodiscard]] alarm::v1::RuleNote note_of(const registry::v1::Rule& rule, std::string otherwise,
                                          const registry::v1::Policy& policy, base::wall_time now);
/// Of a rule that is built in; its id begins with "varde:".
[[nodiscard]] alarm::v1::RuleNote built_in(std::string_view rule, std::string reason,
                                           const registry::v1::Policy& policy, base::wall_time now);

/// Keeps the signal from being a case: recorded under `reason` ("counted", "pilot", …) with who
/// decided and what it would have been. `case_id` is a case of this subject that collects it.
void record(const work& w, std::string_view reason, alarm::v1::RuleNote by,
            const std::string& case_id = {});

}  // namespace varde::triage
