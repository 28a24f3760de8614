// Signals, in the order that docs/architecture.md gives: known already, a reset, information, then
// each sort of rule that may keep an alarm back, and last where it goes.
#include <algorithm>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/absence.hpp"
#include "triage/count.hpp"
#include "triage/decision.hpp"
#include "triage/draft.hpp"
#include "triage/hold.hpp"
#include "triage/noise.hpp"
#include "triage/pilot.hpp"
#include "triage/place.hpp"
#include "triage/test_mode.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

/// The open case with an uncleared alarm that this reset ends: the same kind first, else the same
/// sensor of any kind, since many devices reset with another type code than they alarmed with.
const Case* case_cleared_by(const SubjectState& state, const Signal& signal, Kind kind) {
  const auto holds = [&](const Case& c, bool any_kind) {
    return !alarm::is_closed(c) && std::ranges::any_of(c.alarms(), [&](const Alarm& a) {
      return !a.cleared() && a.device() == signal.device() && a.sensor() == signal.sensor() &&
             (a.kind() == kind ||
              (any_kind && alarm::is_technical(a.kind()) == alarm::is_technical(kind)));
    });
  };
  for (const bool any_kind : {false, true})
    for (const auto& c : state.cases())
      if (holds(c, any_kind)) return &c;
  return nullptr;
}

void record_plainly(const work& w, const char* reason) {
  auto& recorded = *w.out.add().mutable_signal_recorded();
  *recorded.mutable_signal() = w.in.signal;
  recorded.set_reason(reason);
  recorded.set_kind(w.in.what.kind);
}

void take_reset(const work& w) {
  const Case* c = case_cleared_by(w.state, w.in.signal, w.in.what.kind);
  if (c != nullptr) {
    auto& cleared = *w.out.add(c->id()).mutable_alarm_cleared();
    *cleared.mutable_signal() = w.in.signal;
    cleared.set_kind(w.in.what.kind);
    w.out.went_to(c->id());
  }
  if (!restore(w, c != nullptr)) record_plainly(w, "reset_without_case");
}

/// What a device under an outage says of its mains or its link belongs to the outage's case.
bool leave_to_outage(const work& w) {
  const auto& outage = w.in.about.in_outage;
  if (outage.empty() || (w.in.what.kind != KIND_MAINS && w.in.what.kind != KIND_LINK)) return false;
  record(w, "in_outage", built_in("varde:outage", "part of an outage", w.policy, w.out.now()));
  w.out.first().mutable_signal_recorded()->set_in_case(std::string{outage});
  return true;
}

void take_alarm(const work& w, std::span<const Step> plan) {
  if (collect_test(w) || leave_to_outage(w) || keep_for_pilot(w) || keep_for_absence(w) ||
      collect_noise(w) || hold(w))
    return;
  const auto counted = count(w);
  if (!counted.recorded) place(w, plan, counted.by ? &*counted.by : nullptr);
}

/// What a household's device tells may be of any of its people, so of those that the rule names.
bool is_awaited(const registry::v1::Rule& rule, const work& w) {
  const auto& named = rule.match().residents();
  if (named.empty() || !alarm::household_of(w.state.subject()))
    return matches(rule.match(), w.in, w.out.now());
  auto about = w.in.about;
  about.resident = named[0];
  return matches(rule.match(), {w.in.signal, w.in.what, about}, w.out.now());
}

/// The rules that waited to hear this.
void satisfy_rules(const work& w) {
  for (const auto& rule : w.policy.rules())
    if (rule.has_absence() && !rule.off() && is_awaited(rule, w))
      w.out.first().add_satisfies(rule.id());
}

}  // namespace

bool needs_plan(const SubjectState& state, const classification& what) {
  return what.intent == INTENT_ALARM && open_case_of(state, what.kind) == nullptr;
}

signal_decision decide_signal(const SubjectState& state, const Signal& signal,
                              const classification& what, const facts& about,
                              const registry::v1::Policy& policy,
                              std::span<const alarm::v1::Step> plan, const context& at) {
  if (auto known = known_place(state, signal.id())) return {true, {}, std::move(*known)};
  draft out{state, signal, at};
  const arrival in{signal, what, about};
  const work w{state, policy, in, out};
  if (what.intent == INTENT_INFORMATION)
    record_plainly(w, "information");
  else if (what.intent == INTENT_RESET)
    take_reset(w);
  else
    take_alarm(w, plan);
  satisfy_rules(w);
  return {false, out.take(), out.take_case_id()};
}

limits_of::limits_of(const registry::v1::Policy& policy) {
  const auto or_default = [](std::uint32_t value, std::uint32_t fallback) {
    return value != 0 ? value : fallback;
  };
  ageing_care_s = or_default(policy.ageing_care_s(), 300);
  claim_lease_s = or_default(policy.claim_lease_s(), 30);
  claim_idle_s = or_default(policy.claim_idle_s(), 600);
  offer_timeout_s = or_default(policy.offer_timeout_s(), 60);
  answer_target_s = or_default(policy.answer_target_s(), 60);
  answer_limit_s = or_default(policy.answer_limit_s(), 180);
  late_after_s = or_default(policy.late_after_s(), 300);
  restated_within_s = or_default(policy.restated_within_s(), 600);
  test_default_s = or_default(policy.test_default_s(), 1'800);
  test_max_s = or_default(policy.test_max_s(), 86'400);
}

}  // namespace varde::triage
