// Which rules ask for it, and what is said when it is missing.
#include "triage/proof.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/lifecycle.hpp"
#include "triage/place.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;
using registry::v1::Rule;

constexpr std::string_view prefix = "varde:proof/";

/// Rules that wait for something, and lists, never keep a life alarm back.
bool may_keep_back_life(const Rule& rule) {
  const bool keeps_back =
      rule.has_hold() || rule.has_count() || rule.has_noise() || rule.has_pilot();
  return keeps_back && !rule.off() && may_touch_life(rule) &&
         std::ranges::any_of(rule.match().kinds(),
                             [](int kind) { return alarm::is_life_kind(static_cast<Kind>(kind)); });
}

template <class List>
bool allows(const List& list, std::string_view value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

/// The month's: a device that stays unproven is said once in each.
Signal unproven_signal(const LookFor& asked, std::string_view wire_id, base::wall_time now) {
  Signal signal;
  signal.set_id(fmt::format("schedule/{}/{}", asked.rule(), asked.due_us()));
  signal.set_protocol("schedule");
  signal.set_device(std::string{wire_id});
  signal.set_intent(INTENT_ALARM);
  signal.set_text(fmt::format("no test signal for {} days", proof_within.count()));
  signal.set_occurred_at_us(asked.due_us());
  signal.set_received_at_us(base::to_us(now));
  return signal;
}

}  // namespace

bool must_prove(const registry::v1::Policy& policy, std::string_view device,
                std::string_view kind) {
  return std::ranges::any_of(policy.rules(), [&](const Rule& rule) {
    return may_keep_back_life(rule) && allows(rule.match().device_kinds(), kind) &&
           allows(rule.match().devices(), device);
  });
}

std::string proof_of(std::string_view wire_id) { return std::string{prefix}.append(wire_id); }

bool asks_for_proof(const LookFor& asked) { return asked.rule().starts_with(prefix); }

command_decision look_for_proof(const SubjectState& state, const Command& command,
                                const grounds& on, const context& at) {
  const auto& asked = command.look_for();
  const auto wire_id = asked.rule().substr(prefix.size());
  const auto tested = state.tested_at_us().find(wire_id);
  if (tested != state.tested_at_us().end() && tested->second >= asked.from_us())
    return refused("satisfied");
  const auto signal = unproven_signal(asked, wire_id, at.now);
  if (known_place(state, signal.id())) return {command_verdict::repeated, {}, {}};

  draft out{state, command, at};
  const classification what{KIND_FAULT, LANE_TECHNICAL, false, INTENT_ALARM, "rule:varde:proof"};
  const auto by = built_in("varde:proof", signal.text(), on.policy, at.now);
  place({state, on.policy, {signal, what, on.about}, out}, on.plan, &by);
  return accepted(out);
}

}  // namespace varde::triage
