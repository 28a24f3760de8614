// Round by round through a municipality's residents, some in each second.
#include "core/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/ids.hpp"
#include "base/local_time.hpp"
#include "triage/expectations.hpp"
#include "triage/proof.hpp"

namespace varde::core {

namespace {

bool watches(const registry::set_view& set, const registry::v1::Rule& rule,
             const registry::resident_record& resident) {
  std::vector<triage::placed_device> devices;
  for (const auto& one : set.devices_of(resident)) devices.push_back({one.id(), one.kinds()});
  return triage::watches(rule, resident.id(), devices);
}

alarm::subject_id subject_of(const registry::device_record& installed) {
  return installed.resident().empty() ? alarm::household_subject(installed.household())
                                      : alarm::resident_subject(installed.resident());
}

alarm::v1::Command question(const registry::set_view& set, const std::string& rule,
                            base::wall_time from, base::wall_time due,
                            const alarm::subject_id& subject) {
  alarm::v1::Command out;
  out.set_id(fmt::format("look_for/{}/{}", rule, base::to_us(due)));
  out.set_municipality(set.id());
  out.set_subject(subject.str());
  out.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_SYSTEM);
  out.mutable_actor()->set_user("system");
  out.mutable_look_for()->set_rule(rule);
  out.mutable_look_for()->set_from_us(base::to_us(from));
  out.mutable_look_for()->set_due_us(base::to_us(due));
  return out;
}

}  // namespace

std::vector<alarm::v1::Command> expectations::due(const registry::set_view& set,
                                                  base::wall_time now) {
  auto& place = places_.try_emplace(set.id(), now - catch_up).first->second;
  for (const auto& m : triage::moments_between(set.policy(), place.looked_until, now))
    place.rounds.push_back({m.rule->id(), m.from, m.due});
  // A clock that was set back asks nothing twice.
  place.looked_until = std::max(place.looked_until, now);

  std::vector<alarm::v1::Command> out;
  std::size_t looked_at = 0;
  while (!place.rounds.empty() && ask(set, place.rounds.front(), looked_at, out))
    place.rounds.pop_front();
  ask_for_proofs(set, place, now, out);
  return out;
}

void expectations::ask_for_proofs(const registry::set_view& set, place& at, base::wall_time now,
                                  std::vector<alarm::v1::Command>& out) {
  const auto clock = base::to_local(now);
  const auto today = clock.day.time_since_epoch().count();
  if (clock.since_midnight < proof_hour) return;
  if (at.proved_day != today) at.devices_asked = 0;
  at.proved_day = today;
  // Named by the span of days it is in, so that what is missing is said once in each.
  const auto span = std::chrono::days{today - today % triage::proof_within.count()};
  for (std::size_t looked_at = 0; at.devices_asked < set.device_count(); ++at.devices_asked) {
    if (out.size() >= questions_max || looked_at++ == looked_at_max) return;
    const auto device = set.device_at(at.devices_asked);
    if (device.state() != registry::v1::DEVICE_STATE_INSTALLED ||
        !triage::must_prove(set.policy(), device.id(), device.kind()))
      continue;
    out.push_back(question(set, triage::proof_of(device.wire_id()), now - triage::proof_within,
                           base::wall_time{span}, subject_of(device)));
  }
}

/// True when everybody whom the rule watches was asked. A set that was replaced meanwhile is gone
/// on with at the same place: nobody who was in both is left out for longer than a round.
bool expectations::ask(const registry::set_view& set, round& r, std::size_t& looked_at,
                       std::vector<alarm::v1::Command>& out) {
  const auto& rules = set.policy().rules();
  const auto rule = std::ranges::find_if(
      rules, [&](const registry::v1::Rule& one) { return one.id() == r.rule; });
  if (rule == rules.end() || rule->off()) return true;
  for (; r.asked < set.resident_count(); ++r.asked) {
    if (out.size() == questions_max || looked_at++ == looked_at_max) return false;
    const auto resident = set.resident_at(r.asked);
    if (watches(set, *rule, resident))
      out.push_back(question(set, r.rule, r.from, r.due, alarm::resident_subject(resident.id())));
  }
  return true;
}

}  // namespace varde::core
