// What time alone asks for, as a question about one case that can be asked as often as one likes:
// the answer is a command that the state's own rules accept at most once.
#include <fmt/format.h>

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/decision.hpp"
#include "triage/escalation.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

Command by_system(const Case& c, std::string_view what, std::string_view detail) {
  Command command;
  // The same cause on the same version is the same command, on whichever node it falls due.
  command.set_id(fmt::format("{}/{}/{}", what, detail, c.version()));
  command.set_municipality(c.municipality());
  command.set_subject(c.subject());
  command.set_case_id(c.id());
  command.set_seen_version(c.version());
  command.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
  command.mutable_actor()->set_user("system");
  return command;
}

bool older_than(std::int64_t at_us, std::uint32_t seconds, base::wall_time now) {
  return base::to_us(now) - at_us >= std::int64_t{seconds} * 1'000'000;
}

}  // namespace

std::vector<Command> due(const Case& c, const registry::v1::Policy& policy,
                         std::int64_t console_gone_s, base::wall_time now) {
  std::vector<Command> out;
  if (alarm::is_closed(c)) return out;
  const limits_of limits{policy};

  if (c.has_owner()) {
    const bool visit_under_way = alarm::has_live_visit(c);
    const auto idle_since_us = std::max(c.owner().since_us(), c.last_action_at_us());
    if (console_gone_s >= std::int64_t{limits.claim_lease_s}) {
      auto command = by_system(c, "lease", c.owner().user());
      command.mutable_release()->set_reason(RELEASE_REASON_CONSOLE_GONE);
      out.push_back(std::move(command));
      return out;
    }
    if (!visit_under_way && older_than(idle_since_us, limits.claim_idle_s, now)) {
      auto command = by_system(c, "idle", c.owner().user());
      command.mutable_release()->set_reason(RELEASE_REASON_IDLE);
      out.push_back(std::move(command));
      return out;
    }
  } else if (c.low() && c.lane() == LANE_CARE &&
             older_than(c.queued_at_us(), limits.ageing_care_s, now)) {
    auto command = by_system(c, "age", "care");
    command.mutable_age();
    out.push_back(std::move(command));
    return out;
  }
  for (const auto& visit : c.visits()) {
    if (visit.state() != VISIT_STATE_OFFERED || visit.overdue() ||
        !older_than(visit.offered_at_us(), limits.offer_timeout_s, now))
      continue;
    auto command = by_system(c, "overdue", visit.id());
    command.mutable_mark_overdue()->set_visit(visit.id());
    out.push_back(std::move(command));
    return out;
  }
  if (auto command = escalation_due(c, policy, now)) out.push_back(std::move(*command));
  return out;
}

}  // namespace varde::triage
