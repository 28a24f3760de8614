// Signals and commands for tests, in one line each.
#pragma once

#include <string>

#include "alarm/fold.hpp"
#include "triage/decision.hpp"

namespace varde::test {

inline constexpr std::int64_t start_us = 1'800'000'000'000'000;
inline constexpr std::int64_t second_us = 1'000'000;

inline alarm::v1::Signal signal(std::string id, std::uint32_t device_type = 4,
                                std::uint32_t status = 10) {
  alarm::v1::Signal s;
  s.set_id(std::move(id));
  s.set_protocol("scaip");
  s.set_device("10140001");
  s.set_intent(alarm::v1::INTENT_ALARM);
  s.set_device_type(device_type);
  s.set_status(status);
  s.set_received_at_us(start_us);
  s.set_trace("00000000000000aa");
  return s;
}

inline alarm::v1::Actor operator_named(std::string user) {
  alarm::v1::Actor actor;
  actor.set_kind(alarm::v1::ACTOR_KIND_OPERATOR);
  actor.set_name("Operator " + user);
  actor.set_user(std::move(user));
  return actor;
}

inline alarm::v1::Actor responder_named(std::string user) {
  auto actor = operator_named(std::move(user));
  actor.set_kind(alarm::v1::ACTOR_KIND_RESPONDER);
  return actor;
}

/// One subject with its policy and a clock of its own: decides and, if told so, applies.
class bench {
 public:
  bench() {
    state.set_municipality("9901");
    state.set_subject("r-1");
  }

  triage::context at() const { return {"9901", state.subject(), "node-a", base::from_us(now_us)}; }

  triage::signal_decision receive(const alarm::v1::Signal& s, bool known = true) {
    const auto what =
        known ? triage::classify(s, about.device_kind, policy) : triage::classify_unknown();
    auto decision = triage::decide_signal(state, s, what, about, policy, plan, at());
    for (const auto& entry : decision.entries) alarm::apply(state, entry);
    return decision;
  }

  alarm::v1::Command command(const alarm::v1::Actor& by, std::string id) {
    alarm::v1::Command c;
    c.set_id(std::move(id));
    c.set_municipality("9901");
    c.set_subject(state.subject());
    if (state.cases_size() > 0) c.set_case_id(state.cases(state.cases_size() - 1).id());
    *c.mutable_actor() = by;
    return c;
  }

  triage::command_decision act(const alarm::v1::Command& c) {
    auto decision = triage::decide_command(state, c, {about, policy, plan, household}, at());
    for (const auto& entry : decision.entries) alarm::apply(state, entry);
    return decision;
  }

  triage::command_decision claim(const std::string& user, const std::string& id = "claim") {
    auto c = command(operator_named(user), id);
    c.mutable_claim();
    return act(c);
  }

  triage::command_decision dispatch(const std::string& user, const std::string& team) {
    auto c = command(operator_named(user), "dispatch-" + team);
    c.mutable_dispatch()->set_team(team);
    return act(c);
  }

  triage::command_decision move_visit(const std::string& user, alarm::v1::VisitState to,
                                      unsigned n = 1) {
    auto c = command(responder_named(user), "visit-" + std::to_string(to) + "-" + user);
    c.mutable_move_visit()->set_visit(newest().id() + ".v" + std::to_string(n));
    c.mutable_move_visit()->set_state(to);
    return act(c);
  }

  triage::command_decision close(const std::string& user, const std::string& cause = "toilet") {
    auto c = command(operator_named(user), "close");
    c.mutable_close()->mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_REAL);
    c.mutable_close()->mutable_outcome()->set_cause(cause);
    return act(c);
  }

  /// A command about the subject, by an operator.
  alarm::v1::Command of_subject(std::string id) {
    auto c = command(operator_named("kari"), std::move(id));
    c.clear_case_id();
    return c;
  }

  void wait_s(std::int64_t seconds) { now_us += seconds * second_us; }

  /// Carries out what time asks for now, and says how many commands were accepted.
  int pass_time() {
    int accepted = 0;
    for (const auto& c : triage::due_of(state, policy, at().now))
      accepted += act(c).verdict == triage::command_verdict::accepted;
    return accepted;
  }

  registry::v1::Rule& rule(std::string id, std::string reason = {}) {
    auto& added = *policy.add_rules();
    added.set_id(std::move(id));
    added.set_reason(std::move(reason));
    return added;
  }

  int open_cases() const {
    int open = 0;
    for (const auto& c : state.cases()) open += c.state() != alarm::v1::CASE_STATE_CLOSED;
    return open;
  }

  const alarm::v1::Case& newest() const { return state.cases(state.cases_size() - 1); }

  alarm::v1::SubjectState state;
  triage::facts about;
  registry::v1::Policy policy;
  std::vector<alarm::v1::Step> plan;
  const alarm::v1::SubjectState* household = nullptr;
  std::int64_t now_us = start_us;
};

}  // namespace varde::test
