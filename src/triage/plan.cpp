// Steps before the plan's own, and which endings count as having met the person.
#include "triage/plan.hpp"

#include <algorithm>
#include <array>

#include "alarm/lifecycle.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

void add_step(CaseOpened& opened, std::string_view code, StepAction action) {
  auto& step = *opened.add_steps();
  step.set_id(std::string{code});
  step.set_text(std::string{code});
  step.set_action(action);
}

bool sends_a_team(const Step& step) { return step.action() == STEP_ACTION_DISPATCH_TEAM; }

}  // namespace

void write_plan(CaseOpened& opened, std::span<const Step> plan, const facts& about) {
  if (!alarm::is_technical(opened.kind())) {
    opened.set_asks_who(about.serves_several);
    opened.set_cognitive_impairment(about.cognitive_impairment);
    if (about.serves_several) add_step(opened, who_step, STEP_ACTION_OTHER);
    if (about.cognitive_impairment && std::ranges::none_of(plan, sends_a_team))
      add_step(opened, visit_step, STEP_ACTION_DISPATCH_TEAM);
  }
  for (const auto& step : plan) *opened.add_steps() = step;
}

bool somebody_was_met(const Outcome& outcome) {
  constexpr std::string_view no_answer = "no_answer";
  constexpr std::array<std::string_view, 5> meetings{"conversation", "visit", "next_of_kin",
                                                     "emergency", "gp"};
  return outcome.cause() != no_answer &&
         std::ranges::find(meetings, outcome.action()) != meetings.end();
}

}  // namespace varde::triage
