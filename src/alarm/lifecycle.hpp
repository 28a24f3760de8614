// Which step may follow which: visits as a table one can read aloud, cases as small questions.
#pragma once

#include <optional>
#include <string_view>

#include "varde/alarm/v1/case.pb.h"

namespace varde::alarm {

/// offered → accepted → en route → on site → done; declined, timed out and recalled end it early.
/// A responder may skip ahead (a phone that was offline sends only what it has), never back.
[[nodiscard]] bool may_follow(v1::VisitState from, v1::VisitState to);

/// Done, declined, timed out or recalled.
[[nodiscard]] constexpr bool has_ended(v1::VisitState state) {
  return state == v1::VISIT_STATE_DONE || state == v1::VISIT_STATE_DECLINED ||
         state == v1::VISIT_STATE_TIMED_OUT || state == v1::VISIT_STATE_RECALLED;
}

[[nodiscard]] inline bool is_closed(const v1::Case& c) {
  return c.state() == v1::CASE_STATE_CLOSED;
}
/// Claimed or dispatched.
[[nodiscard]] inline bool has_owner(const v1::Case& c) { return c.has_owner(); }
/// True while a visit is offered or under way.
[[nodiscard]] bool has_live_visit(const v1::Case& c);

/// Personal kinds ask for a person; technical ones for a technician.
[[nodiscard]] constexpr bool is_technical(v1::Kind kind) {
  return kind >= v1::KIND_BATTERY && kind <= v1::KIND_NOISY_DEVICE;
}

/// What is life whatever device it comes from. Other kinds may be life by their device type.
[[nodiscard]] constexpr bool is_life_kind(v1::Kind kind) {
  return kind == v1::KIND_SAFETY_ALARM || kind == v1::KIND_FALL || kind == v1::KIND_FIRE ||
         kind == v1::KIND_GAS || kind == v1::KIND_EPILEPSY;
}

/// The names of the enums as the API, logs and reasons use them: "safety_alarm", "en_route",
/// "claimed", …
[[nodiscard]] std::string_view name_of(v1::Kind kind);
[[nodiscard]] std::string_view name_of(v1::CaseState state);
[[nodiscard]] std::string_view name_of(v1::VisitState state);
[[nodiscard]] std::string_view name_of(v1::OutcomeKind kind);
[[nodiscard]] std::string_view name_of(v1::StepAction action);
/// "operators", "technicians", "tests", "later", "partner".
[[nodiscard]] std::string_view name_of(v1::WorkList list);
/// The kind or list of that name, or nullopt.
[[nodiscard]] std::optional<v1::Kind> kind_named(std::string_view name);
[[nodiscard]] std::optional<v1::WorkList> work_list_named(std::string_view name);

}  // namespace varde::alarm
