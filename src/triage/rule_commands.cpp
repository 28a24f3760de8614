// One small function a command.
#include "triage/rule_commands.hpp"

#include <algorithm>

#include "alarm/fold.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/plan.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

bool is_anothers(const Case& c, const Actor& actor) {
  return c.has_owner() && c.owner().user() != actor.user();
}

bool closes_by_itself(Kind kind) { return alarm::is_technical(kind) || kind == KIND_OUTAGE; }

}  // namespace

command_decision move_to_list(const Case& c, const Command& command, Entry entry) {
  const auto& move = command.move_to_list();
  if (c.lane() == LANE_LIFE && move.list() != WORK_LIST_OPERATORS) return refused("life_stays");
  if (is_anothers(c, command.actor())) return refused("already_claimed");
  if (c.list() == move.list()) return refused("already_there");
  entry.mutable_moved_to_list()->set_list(move.list());
  *entry.mutable_moved_to_list()->mutable_by() = move.by();
  return accepted(std::move(entry));
}

command_decision identify(const Case& c, const Command& command, Entry entry) {
  if (!c.asks_who() && c.resident().empty()) return refused("not_asked");
  if (!c.has_owner()) return refused("not_claimed");
  if (is_anothers(c, command.actor())) return refused("not_owner");
  auto& who = *entry.mutable_resident_identified();
  who.set_resident(command.identify_resident().resident());
  who.set_name(command.identify_resident().name());
  return accepted(std::move(entry));
}

command_decision close_by_system(const Case& c, const Command& command, Entry entry) {
  if (command.actor().kind() != ACTOR_KIND_SYSTEM) return refused("not_the_system");
  if (c.has_owner()) return refused("already_claimed");
  if (!closes_by_itself(c.kind()) || c.lane() == LANE_LIFE) return refused("personal");
  if (alarm::has_live_visit(c)) return refused("visit_under_way");
  const auto& close = command.close_by_system();
  auto& outcome = *entry.mutable_closed()->mutable_outcome();
  outcome.set_kind(c.kind() == KIND_TEST ? OUTCOME_KIND_TEST : OUTCOME_KIND_TECHNICAL);
  outcome.set_cause(close.cause());
  outcome.set_action("by_itself");
  outcome.set_note(close.by().reason());
  return accepted(std::move(entry));
}

bool needs_visit(const Case& c, const Outcome& outcome) {
  if (!c.cognitive_impairment() || alarm::is_technical(c.kind())) return false;
  const bool visited = std::ranges::any_of(
      c.visits(), [](const Visit& visit) { return visit.state() == VISIT_STATE_DONE; });
  return !visited && !somebody_was_met(outcome);
}

}  // namespace varde::triage
