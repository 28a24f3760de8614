// Heard of by the entries that said so, or by a recent signal that the rule is about: at the
// resident, or at the household, whose devices can't tell which of its people they heard.
#include "triage/look_for.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/seen.hpp"
#include "triage/absence.hpp"
#include "triage/place.hpp"
#include "triage/proof.hpp"
#include "triage/verdict.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;
using registry::v1::Rule;

bool is_about(const RecentSignal& recent, const Rule& rule) {
  const auto& match = rule.match();
  const auto allows = [](const auto& list, auto value) {
    return list.empty() || std::ranges::find(list, value) != list.end();
  };
  // Whose device it was is not remembered: a rule that asks for it is satisfied by entries only.
  return match.device_kinds().empty() && match.devices().empty() &&
         allows(match.kinds(), recent.kind()) &&
         allows(match.device_types(), recent.device_type()) &&
         allows(match.statuses(), recent.status()) &&
         allows(match.components(), recent.component()) &&
         allows(match.locations(), recent.location());
}

bool was_heard(const SubjectState& state, const Rule& rule, std::int64_t from_us) {
  const bool said = std::ranges::any_of(state.expected(), [&](const Expected& one) {
    return one.rule() == rule.id() && one.satisfied_at_us() >= from_us;
  });
  return said || (rule.has_absence() &&
                  std::ranges::any_of(state.recent(), [&](const RecentSignal& recent) {
                    return recent.at_us() >= from_us && is_about(recent, rule);
                  }));
}

Signal missed_signal(const Rule& rule, const LookFor& asked, std::string_view words,
                     base::wall_time now) {
  Signal signal;
  signal.set_id(fmt::format("schedule/{}/{}", rule.id(), asked.due_us()));
  signal.set_protocol("schedule");
  signal.set_intent(INTENT_ALARM);
  signal.set_text(std::string{words});
  signal.set_occurred_at_us(asked.due_us());
  signal.set_received_at_us(base::to_us(now));
  return signal;
}

std::string words_without(const Rule& rule) {
  return rule.has_check() ? fmt::format("not looked after at {}", rule.check().due())
                          : fmt::format("not heard of by {}", rule.absence().by());
}

classification missed(const Rule& rule) {
  const auto lane = rule.absence().lane();
  return {kind_missed(rule), lane == LANE_UNSPECIFIED ? LANE_CARE : lane, false, INTENT_ALARM,
          "rule:" + rule.id()};
}

}  // namespace

Kind kind_missed(const Rule& rule) {
  return rule.match().kinds_size() == 1 ? rule.match().kinds(0) : KIND_CHECK;
}

command_decision look_for(const SubjectState& state, const Command& command, const grounds& on,
                          const context& at) {
  const auto& asked = command.look_for();
  if (asks_for_proof(asked)) return look_for_proof(state, command, on, at);
  const auto* rule = rule_named(on.policy, asked.rule());
  if (rule == nullptr || rule->off()) return refused("no_such_rule");
  auto by = note_of(*rule, words_without(*rule), on.policy, at.now);
  const auto signal = missed_signal(*rule, asked, by.reason(), at.now);
  if (alarm::find_seen(state, signal.id()) != nullptr) return {command_verdict::repeated, {}, {}};
  if (was_heard(state, *rule, asked.from_us()) ||
      (on.household != nullptr && was_heard(*on.household, *rule, asked.from_us())))
    return refused("satisfied");

  draft out{state, command, at};
  const auto what = missed(*rule);
  const work w{state, on.policy, {signal, what, on.about}, out};
  if (is_absent(state, at.now))
    record(w, "absent", built_in("varde:absence", words_of(state.absence()), on.policy, at.now));
  else
    place(w, on.plan, &by);
  return accepted(out);
}

}  // namespace varde::triage
