// Joining, opening again and opening, in this order.
#include "triage/place.hpp"

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "alarm/seen.hpp"
#include "triage/absence.hpp"
#include "triage/hold.hpp"
#include "triage/plan.hpp"
#include "triage/route.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

constexpr std::string_view more_severe = "more_severe";

bool is_late(const Signal& signal, const limits_of& limits) {
  return signal.occurred_at_us() != 0 && signal.received_at_us() - signal.occurred_at_us() >
                                             std::int64_t{limits.late_after_s} * 1'000'000;
}

void join(const work& w, const Case& c, bool late, const RuleNote* by) {
  const auto& what = w.in.what;
  auto& joined = *w.out.add(c.id()).mutable_alarm_joined();
  *joined.mutable_signal() = w.in.signal;
  joined.set_kind(what.kind);
  joined.set_late(late);
  const bool rises = alarm::more_urgent(what.lane, c.lane());
  const bool same_lane = what.lane == c.lane();
  joined.set_lane(rises ? what.lane : c.lane());
  joined.set_low(rises ? what.low : c.low() && (!same_lane || what.low));
  if (rises || (c.low() && !joined.low())) joined.set_lane_reason(what.reason);
  if (by != nullptr) *joined.mutable_by() = *by;
  w.out.went_to(c.id());
}

/// Whoever has it knows of something less urgent: it goes back to the queue for all to see.
void requeue(const work& w, const Case& c) {
  auto& requeued = *w.out.add(c.id()).mutable_requeued();
  requeued.set_reason(std::string{more_severe});
  requeued.set_from_user(c.owner().user());
}

/// The newest case of this kind that was closed within the policy's time and is less severe.
const Case* restated(const work& w, const limits_of& limits) {
  const auto since_us =
      base::to_us(w.out.now()) - std::int64_t{limits.restated_within_s} * 1'000'000;
  const Case* newest = nullptr;
  for (const auto& c : w.state.cases())
    if (alarm::is_closed(c) && c.kind() == w.in.what.kind && c.closed_at_us() >= since_us &&
        alarm::more_urgent(w.in.what.lane, c.lane()))
      newest = &c;
  return newest;
}

void open(const work& w, std::span<const Step> plan, bool late, const RuleNote* by) {
  const auto& what = w.in.what;
  const auto id = w.out.id_of_new_case();
  auto routed = route_of(w);
  auto& opened = *w.out.add(id).mutable_case_opened();
  opened.set_kind(what.kind);
  opened.set_lane(what.lane);
  opened.set_low(what.low);
  opened.set_lane_reason(what.reason);
  opened.set_late(late);
  *opened.mutable_signal() = w.in.signal;
  write_plan(opened, plan, w.in.about);
  if (is_absent(w.state, w.out.now())) opened.set_absent(words_of(w.state.absence()));
  if (by != nullptr) *opened.mutable_by() = *by;
  w.out.went_to(id);
  if (!routed) return;
  if (by == nullptr) {
    opened.set_list(routed->list);
    *opened.mutable_by() = std::move(routed->by);
    return;
  }
  auto& moved = *w.out.add(id).mutable_moved_to_list();
  moved.set_list(routed->list);
  *moved.mutable_by() = std::move(routed->by);
}

}  // namespace

const Case* open_case_of(const SubjectState& state, Kind kind) {
  for (const auto& c : state.cases())
    if (!alarm::is_closed(c) && c.kind() == kind) return &c;
  return nullptr;
}

std::optional<std::string> known_place(const SubjectState& state, const std::string& id) {
  if (const auto* seen = alarm::find_seen(state, id)) return seen->case_id();
  if (find_held(state, id) != nullptr) return std::string{};
  for (const auto& kept : state.suppressed())
    if (kept.signal().id() == id) return kept.in_case();
  return std::nullopt;
}

void place(const work& w, std::span<const Step> plan, const RuleNote* by) {
  const limits_of limits{w.policy};
  const bool late = is_late(w.in.signal, limits);
  if (const Case* c = open_case_of(w.state, w.in.what.kind)) {
    const bool take_back = c->has_owner() && alarm::more_urgent(w.in.what.lane, c->lane());
    join(w, *c, late, by);
    if (take_back) requeue(w, *c);
  } else if (const Case* closed = restated(w, limits)) {
    w.out.add(closed->id()).mutable_reopened()->set_reason(std::string{more_severe});
    join(w, *closed, late, by);
  } else {
    open(w, plan, late, by);
  }
}

}  // namespace varde::triage
