// One small function a command. What a state does not have is "not found", since a node that has
// not read the subject yet will look again.
#include "triage/subject_commands.hpp"

#include <algorithm>

#include "triage/absence.hpp"
#include "triage/hold.hpp"
#include "triage/look_for.hpp"
#include "triage/outage_commands.hpp"
#include "triage/place.hpp"
#include "triage/proof.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

constexpr std::int64_t second_us = 1'000'000;

command_decision not_found() { return {command_verdict::not_found, {}, {}}; }

bool is_by_system(const Command& command) { return command.actor().kind() == ACTOR_KIND_SYSTEM; }

const Suppressed* find_suppressed(const SubjectState& state, std::string_view signal) {
  for (const auto& kept : state.suppressed())
    if (kept.signal().id() == signal) return &kept;
  return nullptr;
}

classification would_have_been(const Suppressed& kept) {
  return {kept.kind(), kept.lane(), kept.low(), INTENT_ALARM, kept.lane_reason()};
}

command_decision release_hold(const SubjectState& state, const Command& command, const grounds& on,
                              const context& at) {
  const auto* held = find_held(state, command.release_hold().signal());
  if (held == nullptr) return not_found();
  if (is_by_system(command) && base::to_us(at.now) < held->until_us()) return refused("not_due");
  draft out{state, command, at};
  auto& ended = *out.add().mutable_hold_ended();
  ended.set_held_signal(held->signal().id());
  ended.set_how(is_by_system(command) ? HOLD_END_EXPIRED : HOLD_END_RELEASED);
  const auto what = classification_of(*held);
  place({state, on.policy, {held->signal(), what, on.about}, out}, on.plan, &held->by());
  return accepted(out);
}

command_decision raise_suppressed(const SubjectState& state, const Command& command,
                                  const grounds& on, const context& at) {
  const auto* kept = find_suppressed(state, command.raise_suppressed().signal());
  if (kept == nullptr) return not_found();
  draft out{state, command, at};
  const auto what = would_have_been(*kept);
  place({state, on.policy, {kept->signal(), what, on.about}, out}, on.plan, &kept->by());
  return accepted(out);
}

command_decision start_test(const SubjectState& state, const Command& command, const grounds& on,
                            const context& at) {
  const limits_of limits{on.policy};
  const auto now_us = base::to_us(at.now);
  TestMode test = command.start_test().test();
  if (test.device().empty()) return refused("device_required");
  if (test.until_us() == 0) test.set_until_us(now_us + limits.test_default_s * second_us);
  if (test.until_us() <= now_us) return refused("already_over");
  if (test.until_us() > now_us + limits.test_max_s * second_us) return refused("too_long");
  test.set_since_us(now_us);
  test.set_by(command.actor().name());
  draft out{state, command, at};
  *out.add().mutable_test_started()->mutable_test() = std::move(test);
  return accepted(out);
}

command_decision stop_test(const SubjectState& state, const Command& command, const context& at) {
  const auto& device = command.stop_test().device();
  const auto test = std::ranges::find(state.tests(), device, &TestMode::device);
  if (test == state.tests().end()) return not_found();
  if (is_by_system(command) && base::to_us(at.now) < test->until_us()) return refused("not_due");
  draft out{state, command, at};
  auto& ended = *out.add().mutable_test_ended();
  ended.set_device(device);
  ended.set_expired(is_by_system(command));
  return accepted(out);
}

command_decision start_absence(const SubjectState& state, const Command& command,
                               const context& at) {
  ResidentAbsence away = command.start_absence().absence();
  if (away.since_us() == 0) away.set_since_us(base::to_us(at.now));
  if (away.until_us() != 0 && away.until_us() <= std::max(away.since_us(), base::to_us(at.now)))
    return refused("already_over");
  away.set_by(command.actor().name());
  draft out{state, command, at};
  *out.add().mutable_absence_started()->mutable_absence() = std::move(away);
  return accepted(out);
}

command_decision end_absence(const SubjectState& state, const Command& command, const context& at) {
  if (!state.has_absence()) return not_found();
  const auto until_us = state.absence().until_us();
  if (is_by_system(command) && (until_us == 0 || base::to_us(at.now) < until_us))
    return refused("not_due");
  draft out{state, command, at};
  out.add().mutable_absence_ended()->set_expired(is_by_system(command));
  return accepted(out);
}

command_decision mark_checked(const SubjectState& state, const Command& command, const grounds& on,
                              const context& at) {
  const auto* rule = rule_named(on.policy, command.mark_checked().rule());
  if (rule == nullptr || rule->off()) return refused("no_such_rule");
  draft out{state, command, at};
  auto& done = *out.add().mutable_check_done();
  done.set_rule(rule->id());
  done.set_note(command.mark_checked().note());
  return accepted(out);
}

}  // namespace

bool is_of_subject(const Command& command) {
  switch (command.body_case()) {
    case Command::kReleaseHold:
    case Command::kRaiseSuppressed:
    case Command::kStartTest:
    case Command::kStopTest:
    case Command::kStartAbsence:
    case Command::kEndAbsence:
    case Command::kMarkChecked:
    case Command::kLookFor:
      return true;
    case Command::kChangeOutage:
      return command.case_id().empty();
    default:
      return false;
  }
}

command_decision decide_of_subject(const SubjectState& state, const Command& command,
                                   const grounds& on, const context& at) {
  switch (command.body_case()) {
    case Command::kReleaseHold:
      return release_hold(state, command, on, at);
    case Command::kRaiseSuppressed:
      return raise_suppressed(state, command, on, at);
    case Command::kStartTest:
      return start_test(state, command, on, at);
    case Command::kStopTest:
      return stop_test(state, command, at);
    case Command::kStartAbsence:
      return start_absence(state, command, at);
    case Command::kEndAbsence:
      return end_absence(state, command, at);
    case Command::kMarkChecked:
      return mark_checked(state, command, on, at);
    case Command::kLookFor:
      return look_for(state, command, on, at);
    default:
      return open_outage(state, command, on, at);
  }
}

std::optional<signal_in_question> question_of(const SubjectState& state, const Command& command,
                                              const registry::v1::Policy& policy) {
  if (command.has_release_hold()) {
    if (const auto* held = find_held(state, command.release_hold().signal()))
      return signal_in_question{held->signal(), held->kind()};
  } else if (command.has_raise_suppressed()) {
    if (const auto* kept = find_suppressed(state, command.raise_suppressed().signal()))
      return signal_in_question{kept->signal(), kept->kind()};
  } else if (command.has_look_for() && asks_for_proof(command.look_for())) {
    return signal_in_question{{}, KIND_FAULT};
  } else if (command.has_look_for()) {
    if (const auto* rule = rule_named(policy, command.look_for().rule()))
      return signal_in_question{{}, kind_missed(*rule)};
  } else if (command.has_change_outage() && command.case_id().empty()) {
    return signal_in_question{{}, KIND_OUTAGE};
  }
  return std::nullopt;
}

}  // namespace varde::triage
