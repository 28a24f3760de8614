// The two chains, how far each has come, and the entries of a step.
#include "triage/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/rules.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;
using chain = std::vector<registry::v1::EscalationStep>;

registry::v1::EscalationStep step_to(std::uint32_t after_s, const char* to) {
  registry::v1::EscalationStep step;
  step.set_after_s(after_s);
  step.set_to(to);
  return step;
}

chain answer_chain(const registry::v1::Policy& policy) {
  const auto& set = policy.answer_escalation();
  if (!set.empty()) return {set.begin(), set.end()};
  const limits_of limits{policy};
  return {step_to(limits.answer_target_s, "operators"),
          step_to(limits.answer_limit_s, "administrator")};
}

chain visit_chain(const registry::v1::Policy& policy) {
  const auto& set = policy.visit_escalation();
  if (!set.empty()) return {set.begin(), set.end()};
  return {step_to(offer_timeouts_until_operators * limits_of{policy}.offer_timeout_s, "operators")};
}

/// The newest step that was taken; 0: none yet.
std::uint32_t steps_taken(const Case& c, std::string_view of) {
  std::uint32_t taken = 0;
  for (const auto& done : c.escalations())
    if (done.of() == of) taken = std::max(taken, done.step());
  return taken;
}

/// The visit that this one was offered in the place of, as far back as it goes.
const Visit& first_of(const Case& c, const Visit& visit) {
  for (const auto& done : c.escalations()) {
    if (done.at_us() != visit.offered_at_us() || done.to() != std::string{to_team} + visit.team())
      continue;
    const auto* first = alarm::find_visit(c, done.of());
    if (first != nullptr) return *first;
  }
  return visit;
}

/// The visit of the chain that began with `first` and that is still waiting to be accepted.
const Visit* waiting_of(const Case& c, std::string_view first) {
  for (const auto& visit : c.visits())
    if (visit.state() == VISIT_STATE_OFFERED && first_of(c, visit).id() == first) return &visit;
  return nullptr;
}

std::optional<Command> due_in(const Case& c, const chain& steps, std::string_view of,
                              std::int64_t since_us, base::wall_time now) {
  const auto taken = steps_taken(c, of);
  if (taken >= steps.size()) return std::nullopt;
  const auto& next = steps[taken];
  if (base::to_us(now) - since_us < std::int64_t{next.after_s()} * 1'000'000) return std::nullopt;
  Command command;
  command.set_id(fmt::format("escalate/{}/{}", of, taken + 1));
  command.set_municipality(c.municipality());
  command.set_subject(c.subject());
  command.set_case_id(c.id());
  command.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
  command.mutable_actor()->set_user("system");
  auto& step = *command.mutable_escalate()->mutable_step();
  step.set_of(std::string{of});
  step.set_step(taken + 1);
  step.set_to(next.to());
  return command;
}

bool waits_for_an_answer(const Case& c) {
  return !c.has_owner() && c.lane() != LANE_TECHNICAL && !c.low() &&
         c.list() == WORK_LIST_OPERATORS;
}

std::optional<std::string_view> team_in(std::string_view to) {
  return to.starts_with(to_team) ? std::optional{to.substr(to_team.size())} : std::nullopt;
}

bool has_live_visit_of(const Case& c, std::string_view team) {
  return std::ranges::any_of(c.visits(), [team](const Visit& visit) {
    return visit.team() == team && !alarm::has_ended(visit.state());
  });
}

/// The visit goes from the team that did not accept it, if there is one, to this.
void send(draft& out, const Case& c, const EscalationDone& step, std::string_view team,
          const Visit* instead_of) {
  Visit offered;
  if (instead_of != nullptr) {
    auto& moved = *out.add(c.id()).mutable_visit_moved();
    moved.set_visit(instead_of->id());
    moved.set_state(VISIT_STATE_TIMED_OUT);
    offered.set_message(instead_of->message());
  }
  offered.set_id(alarm::make_visit_id(c.id(), static_cast<unsigned>(c.visits_size()) + 1).str());
  offered.set_team(std::string{team});
  offered.set_team_name(step.to_name().empty() ? std::string{team} : step.to_name());
  offered.set_state(VISIT_STATE_OFFERED);
  offered.set_offered_at_us(base::to_us(out.now()));
  *out.add(c.id()).mutable_visit_offered()->mutable_visit() = std::move(offered);
}

}  // namespace

std::optional<Command> escalation_due(const Case& c, const registry::v1::Policy& policy,
                                      base::wall_time now) {
  if (alarm::is_closed(c) || c.escalations_size() >= alarm::escalations_max) return std::nullopt;
  if (waits_for_an_answer(c)) {
    const auto since_us = std::max(c.queued_at_us(), c.last_action_at_us());
    if (auto command = due_in(c, answer_chain(policy), of_answer, since_us, now)) return command;
  }
  for (const auto& visit : c.visits()) {
    if (visit.state() != VISIT_STATE_OFFERED) continue;
    const auto& first = first_of(c, visit);
    if (auto command = due_in(c, visit_chain(policy), first.id(), first.offered_at_us(), now))
      return command;
  }
  return std::nullopt;
}

command_decision escalate(const SubjectState& state, const Case& c, const Command& command,
                          const registry::v1::Policy& policy, const context& at) {
  const auto& step = command.escalate().step();
  if (steps_taken(c, step.of()) >= step.step()) return refused("already_escalated");
  const bool answers = step.of() == of_answer;
  if (answers && c.has_owner()) return refused("already_claimed");
  const Visit* waiting = answers ? nullptr : waiting_of(c, step.of());
  if (!answers && waiting == nullptr) return refused("visit_state");

  draft out{state, command, at};
  auto& escalated = *out.add(c.id()).mutable_escalated();
  *escalated.mutable_step() = step;
  escalated.mutable_step()->set_at_us(base::to_us(at.now));
  *escalated.mutable_by() =
      built_in("varde:escalation", answers ? "not answered in time" : "not accepted in time",
               policy, at.now);
  if (const auto team = team_in(step.to()); team && !has_live_visit_of(c, *team))
    send(out, c, step, *team, waiting);
  return accepted(out);
}

}  // namespace varde::triage
