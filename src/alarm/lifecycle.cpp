// The tables of the lifecycle, and the enums' plain names.
#include "alarm/lifecycle.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace varde::alarm {

bool may_follow(v1::VisitState from, v1::VisitState to) {
  switch (from) {
    case v1::VISIT_STATE_OFFERED:
      return to == v1::VISIT_STATE_ACCEPTED || to == v1::VISIT_STATE_DECLINED ||
             to == v1::VISIT_STATE_TIMED_OUT || to == v1::VISIT_STATE_RECALLED;
    case v1::VISIT_STATE_ACCEPTED:
      return to == v1::VISIT_STATE_EN_ROUTE || to == v1::VISIT_STATE_ON_SITE ||
             to == v1::VISIT_STATE_DONE || to == v1::VISIT_STATE_DECLINED ||
             to == v1::VISIT_STATE_RECALLED;
    case v1::VISIT_STATE_EN_ROUTE:
      return to == v1::VISIT_STATE_ON_SITE || to == v1::VISIT_STATE_DONE ||
             to == v1::VISIT_STATE_DECLINED || to == v1::VISIT_STATE_RECALLED;
    case v1::VISIT_STATE_ON_SITE:
      return to == v1::VISIT_STATE_DONE;
    default:
      return false;
  }
}

bool has_live_visit(const v1::Case& c) {
  return std::ranges::any_of(c.visits(), [](const v1::Visit& v) { return !has_ended(v.state()); });
}

namespace {

/// The generated name without its prefix, in lower case, made once per value.
template <class Enum>
std::string_view plain_name(Enum value, std::string_view prefix,
                            const std::string& (*generated)(Enum)) {
  static thread_local std::array<std::string, 64> names;
  auto& name = names.at(static_cast<std::size_t>(value));
  if (name.empty()) {
    name = generated(value).substr(prefix.size());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  }
  return name;
}

}  // namespace

std::string_view name_of(v1::Kind kind) {
  return plain_name(kind, "KIND_", &v1::Kind_Name<v1::Kind>);
}
std::string_view name_of(v1::CaseState state) {
  return plain_name(state, "CASE_STATE_", &v1::CaseState_Name<v1::CaseState>);
}
std::string_view name_of(v1::VisitState state) {
  return plain_name(state, "VISIT_STATE_", &v1::VisitState_Name<v1::VisitState>);
}
std::string_view name_of(v1::OutcomeKind kind) {
  return plain_name(kind, "OUTCOME_KIND_", &v1::OutcomeKind_Name<v1::OutcomeKind>);
}
std::string_view name_of(v1::StepAction action) {
  return plain_name(action, "STEP_ACTION_", &v1::StepAction_Name<v1::StepAction>);
}
std::string_view name_of(v1::WorkList list) {
  return plain_name(list, "WORK_LIST_", &v1::WorkList_Name<v1::WorkList>);
}
std::optional<v1::Kind> kind_named(std::string_view name) {
  for (int number = 1; number <= v1::Kind_MAX; ++number)
    if (v1::Kind_IsValid(number) && name_of(static_cast<v1::Kind>(number)) == name)
      return static_cast<v1::Kind>(number);
  return std::nullopt;
}
std::optional<v1::WorkList> work_list_named(std::string_view name) {
  for (const auto list : {v1::WORK_LIST_OPERATORS, v1::WORK_LIST_TECHNICIANS, v1::WORK_LIST_TESTS,
                          v1::WORK_LIST_LATER, v1::WORK_LIST_PARTNER})
    if (name_of(list) == name) return list;
  return std::nullopt;
}

}  // namespace varde::alarm
