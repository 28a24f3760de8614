// Commands: what a person may do to a case now, as one switch over the command and one small
// function each. Rights (whose municipality, which role) are checked before a command gets here;
// the rules of state are checked here.
#include <string>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/decision.hpp"
#include "triage/escalation.hpp"
#include "triage/outage_commands.hpp"
#include "triage/rule_commands.hpp"
#include "triage/subject_commands.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

bool owns(const Case& c, const Actor& actor) {
  return c.has_owner() && c.owner().user() == actor.user();
}

command_decision claim(const Case& c, Entry entry) {
  if (c.has_owner()) return refused("already_claimed");
  entry.mutable_claimed();
  return accepted(std::move(entry));
}

command_decision release(const Case& c, const Command& command, Entry entry) {
  if (!c.has_owner()) return refused("not_claimed");
  if (command.actor().kind() != ACTOR_KIND_SYSTEM && !owns(c, command.actor()))
    return refused("not_owner");
  entry.mutable_released()->set_reason(command.release().reason() == RELEASE_REASON_UNSPECIFIED
                                           ? RELEASE_REASON_OPERATOR
                                           : command.release().reason());
  return accepted(std::move(entry));
}

command_decision take_over(const Case& c, const Command& command, Entry entry) {
  if (!c.has_owner()) return refused("not_claimed");
  if (owns(c, command.actor())) return refused("already_claimed");
  entry.mutable_taken_over()->set_from_user(c.owner().user());
  return accepted(std::move(entry));
}

command_decision tick_step(const Case& c, const Command& command, Entry entry) {
  if (!owns(c, command.actor())) return refused("not_owner");
  for (const auto& step : c.steps())
    if (step.id() == command.tick_step().step()) {
      entry.mutable_step_ticked()->set_step(step.id());
      entry.mutable_step_ticked()->set_done(command.tick_step().done());
      return accepted(std::move(entry));
    }
  return refused("no_such_step");
}

command_decision dispatch(const Case& c, const Command& command, Entry entry) {
  if (!owns(c, command.actor())) return refused("not_owner");
  const auto& wanted = command.dispatch();
  for (const auto& visit : c.visits())
    if (visit.team() == wanted.team() && !alarm::has_ended(visit.state()))
      return refused("already_dispatched");
  auto& visit = *entry.mutable_visit_offered()->mutable_visit();
  visit.set_id(alarm::make_visit_id(c.id(), static_cast<unsigned>(c.visits_size()) + 1).str());
  visit.set_team(wanted.team());
  visit.set_team_name(wanted.team_name());
  visit.set_message(wanted.message());
  visit.set_state(VISIT_STATE_OFFERED);
  visit.set_offered_at_us(entry.at_us());
  return accepted(std::move(entry));
}

command_decision move_visit(const Case& c, const Command& command, Entry entry) {
  const auto& move = command.move_visit();
  const Visit* visit = alarm::find_visit(c, move.visit());
  if (visit == nullptr) return refused("no_such_visit");
  // Once accepted, the visit is that responder's; before that, anybody's in the team.
  if (!visit->responder().empty() && visit->responder() != command.actor().user())
    return refused("not_yours");
  if (!alarm::may_follow(visit->state(), move.state())) return refused("visit_state");
  auto& moved = *entry.mutable_visit_moved();
  moved.set_visit(move.visit());
  moved.set_state(move.state());
  moved.set_reason(move.reason());
  moved.set_note(move.note());
  moved.set_device_time_us(move.device_time_us());
  return accepted(std::move(entry));
}

command_decision recall(const Case& c, const Command& command, Entry entry) {
  if (!owns(c, command.actor())) return refused("not_owner");
  const Visit* visit = alarm::find_visit(c, command.recall().visit());
  if (visit == nullptr) return refused("no_such_visit");
  if (!alarm::may_follow(visit->state(), VISIT_STATE_RECALLED)) return refused("visit_state");
  auto& moved = *entry.mutable_visit_moved();
  moved.set_visit(visit->id());
  moved.set_state(VISIT_STATE_RECALLED);
  moved.set_reason(command.recall().reason());
  return accepted(std::move(entry));
}

command_decision mark_overdue(const Case& c, const Command& command, Entry entry) {
  const Visit* visit = alarm::find_visit(c, command.mark_overdue().visit());
  if (visit == nullptr) return refused("no_such_visit");
  if (visit->state() != VISIT_STATE_OFFERED || visit->overdue()) return refused("visit_state");
  entry.mutable_visit_overdue()->set_visit(visit->id());
  return accepted(std::move(entry));
}

command_decision age(const Case& c, Entry entry) {
  if (!c.low() || c.has_owner()) return refused("not_waiting");
  entry.mutable_aged();
  return accepted(std::move(entry));
}

command_decision close(const Case& c, const Command& command, Entry entry) {
  if (!owns(c, command.actor())) return refused("not_owner");
  const auto& outcome = command.close().outcome();
  if (outcome.kind() == OUTCOME_KIND_UNSPECIFIED || outcome.cause().empty())
    return refused("outcome_required");
  if (alarm::has_live_visit(c)) return refused("visit_under_way");
  if (needs_visit(c, outcome)) return refused("needs_visit");
  auto& closed = *entry.mutable_closed()->mutable_outcome();
  closed = outcome;
  bool visited = false;
  for (const auto& visit : c.visits()) visited = visited || visit.state() == VISIT_STATE_DONE;
  closed.set_with_visit(visited);
  return accepted(std::move(entry));
}

command_decision decide_body(const Case& c, const Command& command, Entry entry) {
  switch (command.body_case()) {
    case Command::kClaim:
      return claim(c, std::move(entry));
    case Command::kRelease:
      return release(c, command, std::move(entry));
    case Command::kTakeover:
      return take_over(c, command, std::move(entry));
    case Command::kNote:
      entry.mutable_note_added()->set_text(command.note().text());
      return accepted(std::move(entry));
    case Command::kTickStep:
      return tick_step(c, command, std::move(entry));
    case Command::kDispatch:
      return dispatch(c, command, std::move(entry));
    case Command::kClose:
      return close(c, command, std::move(entry));
    case Command::kMoveVisit:
      return move_visit(c, command, std::move(entry));
    case Command::kRecall:
      return recall(c, command, std::move(entry));
    case Command::kMarkOverdue:
      return mark_overdue(c, command, std::move(entry));
    case Command::kAge:
      return age(c, std::move(entry));
    case Command::kMoveToList:
      return move_to_list(c, command, std::move(entry));
    case Command::kIdentifyResident:
      return identify(c, command, std::move(entry));
    case Command::kCloseBySystem:
      return close_by_system(c, command, std::move(entry));
    default:
      return refused("no_command");
  }
}

}  // namespace

command_decision decide_command(const SubjectState& state, const Command& command,
                                const grounds& on, const context& at) {
  const std::string id = scoped_id(command);
  for (const auto& seen : state.seen_commands())
    if (seen.id() == id && seen.case_id() == command.case_id())
      return {command_verdict::repeated, {}, {}};
  if (is_of_subject(command)) return decide_of_subject(state, command, on, at);
  const Case* c = alarm::find_case(state, command.case_id());
  if (c == nullptr) return {command_verdict::not_found, {}, {}};
  if (command.seen_version() != 0 && command.seen_version() != c->version())
    return {command_verdict::stale, {}, {}};
  if (alarm::is_closed(*c) && !command.has_note()) return refused("closed");
  if (command.has_escalate()) return escalate(state, *c, command, on.policy, at);
  if (command.has_change_outage()) return change_outage(state, *c, command, at);
  if (command.has_mark_reached()) return mark_reached(state, *c, command, at);
  draft out{state, command, at};
  return decide_body(*c, command, std::move(out.add(c->id())));
}

}  // namespace varde::triage
