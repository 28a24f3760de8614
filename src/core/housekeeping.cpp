// Times of having been seen, and the questions asked of them.
#include "core/housekeeping.hpp"

#include <algorithm>

#include "triage/decision.hpp"

namespace varde::core {

alarm::v1::Entry lease_entry(const alarm::v1::SubjectState& state, const std::string& node,
                             base::wall_time now) {
  alarm::v1::Entry entry;
  entry.set_format(1);
  entry.set_municipality(state.municipality());
  entry.set_subject(state.subject());
  entry.set_version(state.version() + 1);
  entry.set_previous(state.tip());
  entry.set_at_us(base::to_us(now));
  entry.set_node(node);
  entry.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_SYSTEM);
  entry.mutable_actor()->set_user("system");
  entry.mutable_lease_taken()->set_node(node);
  return entry;
}

void housekeeping::start_over(base::steady_time now) { since_ = looked_ = now; }

void housekeeping::look(base::steady_time now) {
  if (now - looked_ > frozen_after) since_ = now;
  looked_ = now;
}

void housekeeping::saw_neighbours(const neighbourhood& others, base::steady_time now) {
  for (const auto& [name, other] : others) {
    if (!other.alive) continue;
    nodes_[name] = now;
    for (const auto& user : other.users) seen_[user] = now;
  }
}

bool housekeeping::is_gone(const std::string& node, base::steady_time now) const {
  if (node == node_) return false;
  const auto at = nodes_.find(node);
  const auto seen = at == nodes_.end() ? since_ : std::max(since_, at->second);
  return now - seen >= lease_gone_after;
}

std::vector<alarm::v1::Command> housekeeping::due(const alarm::v1::Case& c,
                                                  const registry::v1::Policy& policy, bool cut_off,
                                                  base::steady_time now,
                                                  base::wall_time wall) const {
  auto seen = since_;
  if (c.has_owner())
    if (const auto at = seen_.find(c.owner().user()); at != seen_.end())
      seen = std::max(seen, at->second);
  // Who is at another node while we are cut off can't be seen, so nobody is missed: a case can be
  // taken over, and is released when nothing has happened for long.
  const auto gone_s = std::chrono::duration_cast<std::chrono::seconds>(now - seen).count();
  return triage::due(c, policy, cut_off ? -1 : gone_s, wall);
}

}  // namespace varde::core
