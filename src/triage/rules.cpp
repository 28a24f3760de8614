// Matching, field by field, cheapest first.
#include "triage/rules.hpp"

#include <algorithm>

#include "base/local_time.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;
using registry::v1::Policy;
using registry::v1::Rule;
using registry::v1::RuleMatch;

template <class List, class Value>
bool allows(const List& list, const Value& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool is_in_time(const RuleMatch& match, base::wall_time now) {
  if (match.from().empty() && match.to().empty() && match.days().empty()) return true;
  const auto clock = base::to_local(now);
  if (!allows(match.days(), clock.weekday)) return false;
  const auto from = base::time_of_day(match.from().empty() ? "00:00" : match.from());
  const auto to = base::time_of_day(match.to().empty() ? "24:00" : match.to());
  if (!from || !to) return false;
  const bool after = clock.since_midnight >= *from, before = clock.since_midnight < *to;
  return *from < *to ? after && before : after || before;
}

/// `applies`, or the first thing that does not hold.
ruling compare(const RuleMatch& match, const arrival& in, base::wall_time now) {
  const auto& [signal, what, about] = in;
  if (!allows(match.kinds(), what.kind)) return ruling::kind;
  if (!allows(match.device_types(), signal.device_type())) return ruling::device_type;
  if (!allows(match.statuses(), signal.status())) return ruling::status;
  if (!allows(match.components(), signal.component())) return ruling::component;
  if (!allows(match.locations(), signal.location())) return ruling::location;
  if (!allows(match.device_kinds(), about.device_kind)) return ruling::device_kind;
  if (!allows(match.residents(), about.resident)) return ruling::resident;
  if (!allows(match.devices(), about.device)) return ruling::device;
  return is_in_time(match, now) ? ruling::applies : ruling::time;
}

}  // namespace

bool matches(const RuleMatch& match, const arrival& in, base::wall_time now) {
  return compare(match, in, now) == ruling::applies;
}

bool may_touch_life(const Rule& rule) {
  return rule.own() && !rule.match().device_kinds().empty() && !rule.match().kinds().empty();
}

ruling ruling_on(const Rule& rule, const arrival& in, base::wall_time now) {
  if (rule.off()) return ruling::off;
  if (in.what.lane == LANE_LIFE && !rule.own()) return ruling::life_shared;
  if (in.what.lane == LANE_LIFE && !may_touch_life(rule)) return ruling::life_unnamed;
  return compare(rule.match(), in, now);
}

bool may_decide(const Rule& rule, const arrival& in, base::wall_time now) {
  return ruling_on(rule, in, now) == ruling::applies;
}

const Rule* rule_for(const work& w, Rule::WhatCase sort) {
  for (const auto& rule : w.policy.rules())
    if (rule.what_case() == sort && may_decide(rule, w.in, w.out.now())) return &rule;
  return nullptr;
}

const Rule* rule_named(const Policy& policy, std::string_view id) {
  for (const auto& rule : policy.rules())
    if (rule.id() == id) return &rule;
  return nullptr;
}

RuleNote note_of(const Rule& rule, std::string otherwise, const Policy& policy,
                 base::wall_time now) {
  return built_in(rule.id(), rule.reason().empty() ? std::move(otherwise) : rule.reason(), policy,
                  now);
}

RuleNote built_in(std::string_view rule, std::string reason, const Policy& policy,
                  base::wall_time now) {
  RuleNote note;
  note.set_rule(std::string{rule});
  note.set_reason(std::move(reason));
  note.set_policy_version(policy.version());
  note.set_at_us(base::to_us(now));
  return note;
}

void record(const work& w, std::string_view reason, RuleNote by, const std::string& case_id) {
  auto& recorded = *w.out.add(case_id).mutable_signal_recorded();
  *recorded.mutable_signal() = w.in.signal;
  recorded.set_reason(std::string{reason});
  *recorded.mutable_by() = std::move(by);
  recorded.set_kind(w.in.what.kind);
  recorded.set_lane(w.in.what.lane);
  recorded.set_lane_reason(w.in.what.reason);
  recorded.set_low(w.in.what.low);
  recorded.set_in_case(case_id);
  w.out.went_to(case_id);
}

}  // namespace varde::triage
