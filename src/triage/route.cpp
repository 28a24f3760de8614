// The municipality's rules first, then the built-in one.
#include "triage/route.hpp"

namespace varde::triage {

namespace {

constexpr std::string_view battery_rule = "varde:battery";

}  // namespace

std::optional<routed> route_of(const work& w) {
  using namespace alarm::v1;
  if (w.in.what.lane == LANE_LIFE) return std::nullopt;
  if (const auto* rule = rule_for(w, registry::v1::Rule::kRoute)) {
    if (rule->route().list() == WORK_LIST_OPERATORS) return std::nullopt;
    return routed{rule->route().list(),
                  note_of(*rule, "waits on another list", w.policy, w.out.now())};
  }
  if (w.in.what.kind != KIND_BATTERY || rule_named(w.policy, battery_rule) != nullptr)
    return std::nullopt;
  return routed{WORK_LIST_TECHNICIANS,
                built_in(battery_rule, "a technician changes batteries", w.policy, w.out.now())};
}

}  // namespace varde::triage
