// Signals: repeat, join, open, clear or record.
#include <fmt/format.h>

#include <algorithm>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/decision.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

Entry new_entry(const SubjectState& state, const Signal& signal, const context& at) {
  Entry entry;
  entry.set_format(1);
  entry.set_municipality(std::string{at.municipality});
  entry.set_subject(std::string{at.subject});
  entry.set_version(state.version() + 1);
  entry.set_previous(state.tip());
  entry.set_at_us(base::to_us(at.now));
  entry.set_node(std::string{at.node});
  entry.set_trace(signal.trace());
  entry.mutable_actor()->set_kind(ACTOR_KIND_DEVICE);
  entry.mutable_actor()->set_user(signal.device());
  entry.mutable_actor()->set_origin(signal.source());
  return entry;
}

bool is_late(const Signal& signal, const limits_of& limits) {
  return signal.occurred_at_us() != 0 && signal.received_at_us() - signal.occurred_at_us() >
                                             std::int64_t{limits.late_after_s} * 1'000'000;
}

const Case* open_case_of(const SubjectState& state, Kind kind) {
  for (const auto& c : state.cases())
    if (!alarm::is_closed(c) && c.kind() == kind) return &c;
  return nullptr;
}

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

void decide_join(Entry& entry, const Case& c, const Signal& signal, const classification& what,
                 bool late) {
  entry.set_case_id(c.id());
  auto& joined = *entry.mutable_alarm_joined();
  *joined.mutable_signal() = signal;
  joined.set_kind(what.kind);
  joined.set_late(late);
  const bool rises = alarm::more_urgent(what.lane, c.lane());
  const bool same_lane = what.lane == c.lane();
  joined.set_lane(rises ? what.lane : c.lane());
  joined.set_low(rises ? what.low : c.low() && (!same_lane || what.low));
  if (rises || (c.low() && !joined.low())) joined.set_lane_reason(what.reason);
}

}  // namespace

bool needs_plan(const SubjectState& state, const classification& what) {
  return what.intent == INTENT_ALARM && open_case_of(state, what.kind) == nullptr;
}

signal_decision decide_signal(const SubjectState& state, const Signal& signal,
                              const classification& what, const facts&,
                              const registry::v1::Policy& policy,
                              std::span<const alarm::v1::Step> plan, const context& at) {
  signal_decision out;
  // Newest first: a retransmission follows its original closely.
  for (int i = state.seen_signals_size() - 1; i >= 0; --i)
    if (state.seen_signals(i).id() == signal.id()) {
      out.repeated = true;
      out.case_id = state.seen_signals(i).case_id();
      return out;
    }

  const bool late = is_late(signal, limits_of{policy});
  Entry entry = new_entry(state, signal, at);
  if (what.intent == INTENT_INFORMATION) {
    *entry.mutable_signal_recorded()->mutable_signal() = signal;
    entry.mutable_signal_recorded()->set_reason("information");
  } else if (what.intent == INTENT_RESET) {
    if (const Case* c = case_cleared_by(state, signal, what.kind)) {
      entry.set_case_id(c->id());
      *entry.mutable_alarm_cleared()->mutable_signal() = signal;
      entry.mutable_alarm_cleared()->set_kind(what.kind);
    } else {
      *entry.mutable_signal_recorded()->mutable_signal() = signal;
      entry.mutable_signal_recorded()->set_reason("reset_without_case");
    }
  } else if (const Case* c = open_case_of(state, what.kind)) {
    decide_join(entry, *c, signal, what, late);
  } else {
    entry.set_case_id(alarm::make_case_id(at.municipality, at.subject, entry.version()).str());
    auto& opened = *entry.mutable_case_opened();
    opened.set_kind(what.kind);
    opened.set_lane(what.lane);
    opened.set_low(what.low);
    opened.set_lane_reason(what.reason);
    opened.set_late(late);
    *opened.mutable_signal() = signal;
    for (const auto& step : plan) *opened.add_steps() = step;
  }
  out.case_id = entry.case_id();
  out.entries.push_back(std::move(entry));
  return out;
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
}

}  // namespace varde::triage
