// Opening, changing and working through an outage.
#include "triage/outage_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/seen.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

const OutageState* find_outage(const SubjectState& state, std::string_view case_id) {
  for (const auto& outage : state.outages())
    if (outage.case_id() == case_id) return &outage;
  return nullptr;
}

bool is_too_big(const OutageChanged& change) {
  return change.joined_size() + change.back_size() > outage_change_max;
}

Signal opening_signal(const OutageChanged& change, const Command& command, base::wall_time now) {
  Signal signal;
  signal.set_id(fmt::format("outage/{}/{}", change.parent(), change.summary().began_at_us()));
  signal.set_protocol("supervision");
  signal.set_intent(INTENT_ALARM);
  signal.set_device(change.parent());
  signal.set_text(change.by().reason());
  signal.set_occurred_at_us(change.summary().began_at_us());
  signal.set_received_at_us(base::to_us(now));
  signal.set_trace(command.trace());
  return signal;
}

}  // namespace

command_decision open_outage(const SubjectState& state, const Command& command, const grounds& on,
                             const context& at) {
  const auto& change = command.change_outage().change();
  if (change.parent().empty()) return refused("parent_required");
  if (is_too_big(change)) return refused("too_many");
  for (const auto& outage : state.outages())
    if (outage.parent() == change.parent()) return refused("already_open");
  const auto signal = opening_signal(change, command, at.now);
  if (alarm::find_seen(state, signal.id()) != nullptr) return {command_verdict::repeated, {}, {}};

  draft out{state, command, at};
  const auto id = out.id_of_new_case();
  auto& opened = *out.add(id).mutable_case_opened();
  opened.set_kind(KIND_OUTAGE);
  opened.set_lane(LANE_CARE);
  opened.set_lane_reason("outage:" + change.parent());
  *opened.mutable_signal() = signal;
  for (const auto& step : on.plan) *opened.add_steps() = step;
  *opened.mutable_by() = change.by();
  *opened.mutable_outage() = change.summary();
  opened.mutable_outage()->set_parent(change.parent());
  *out.add(id).mutable_outage_changed() = change;
  return accepted(out);
}

command_decision change_outage(const SubjectState& state, const Case& c, const Command& command,
                               const context& at) {
  if (c.kind() != KIND_OUTAGE) return refused("no_outage");
  const auto& change = command.change_outage().change();
  if (is_too_big(change)) return refused("too_many");
  draft out{state, command, at};
  *out.add(c.id()).mutable_outage_changed() = change;
  if (change.parent().empty())
    out.first().mutable_outage_changed()->set_parent(c.outage().parent());
  return accepted(out);
}

command_decision mark_reached(const SubjectState& state, const Case& c, const Command& command,
                              const context& at) {
  const auto* outage = find_outage(state, c.id());
  if (outage == nullptr) return refused("no_outage");
  const auto& who = command.mark_reached().subject();
  if (std::ranges::none_of(outage->children(),
                           [&](const auto& child) { return child.second.subject() == who; }))
    return refused("no_such_resident");
  draft out{state, command, at};
  auto& reached = *out.add(c.id()).mutable_outage_reached();
  reached.set_subject(who);
  reached.set_how(command.mark_reached().how());
  return accepted(out);
}

}  // namespace varde::triage
