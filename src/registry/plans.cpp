// The two built-in plans. Texts are in bokmål, the language that municipalities write their own
// plans in.
#include "registry/plans.hpp"

#include <fmt/format.h>

namespace varde::registry {

namespace {

void add_step(v1::Plan& plan, alarm::v1::StepAction action, std::string_view text,
              std::string_view target = {}) {
  auto& step = *plan.add_steps();
  step.set_id(fmt::format("{}{}", default_step_prefix, plan.steps_size()));
  step.set_action(action);
  step.set_text(std::string{text});
  step.set_target(std::string{target});
}

v1::Plan make_personal_plan() {
  v1::Plan plan;
  plan.set_id("default-personal");
  add_step(plan, alarm::v1::STEP_ACTION_CALL_RESIDENT, "Ring innbyggeren");
  add_step(plan, alarm::v1::STEP_ACTION_CHECK_NEXT_VISIT, "Se når neste planlagte besøk er");
  add_step(plan, alarm::v1::STEP_ACTION_CALL_NEXT_OF_KIN, "Ring pårørende");
  add_step(plan, alarm::v1::STEP_ACTION_DISPATCH_TEAM, "Send hjemmetjenesten");
  add_step(plan, alarm::v1::STEP_ACTION_CALL_EMERGENCY, "Ring 113 ved fare for liv",
           emergency_number);
  return plan;
}

v1::Plan make_technical_plan() {
  v1::Plan plan;
  plan.set_id("default-technical");
  add_step(plan, alarm::v1::STEP_ACTION_CALL_RESIDENT, "Ring innbyggeren og hør at alt er i orden");
  add_step(plan, alarm::v1::STEP_ACTION_OTHER, "Meld fra til den som vedlikeholder utstyret");
  return plan;
}

}  // namespace

bool is_technical(alarm::v1::Kind kind) {
  switch (kind) {
    case alarm::v1::KIND_BATTERY:
    case alarm::v1::KIND_MAINS:
    case alarm::v1::KIND_LINK:
    case alarm::v1::KIND_TAMPER:
    case alarm::v1::KIND_FAULT:
    case alarm::v1::KIND_TEST:
      return true;
    default:
      return false;
  }
}

const v1::Plan& default_plan(alarm::v1::Kind kind) {
  static const v1::Plan personal = make_personal_plan();
  static const v1::Plan technical = make_technical_plan();
  return is_technical(kind) || kind == alarm::v1::KIND_UNKNOWN_DEVICE ? technical : personal;
}

}  // namespace varde::registry
