// Writing an outage's commands.
#include "core/outage_words.hpp"

#include <fmt/format.h>

#include "alarm/ids.hpp"
#include "base/trace.hpp"
#include "registry/binding.hpp"

namespace varde::core {

namespace {

/// SCAIP: loss of a device, mains failure.
constexpr std::uint32_t status_loss = 63;
constexpr std::uint32_t status_mains = 85;

alarm::v1::Command by_system(const registry::set_view& set, std::string_view subject,
                             std::string_view case_id) {
  alarm::v1::Command command;
  command.set_municipality(set.id());
  command.set_subject(std::string{subject});
  command.set_case_id(std::string{case_id});
  command.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_SYSTEM);
  command.mutable_actor()->set_user("system");
  return command;
}

alarm::v1::RuleNote note(const registry::set_view& set, std::string reason, base::wall_time now) {
  alarm::v1::RuleNote out;
  out.set_rule(std::string{outage_rule});
  out.set_reason(std::move(reason));
  out.set_policy_version(set.policy().version());
  out.set_at_us(base::to_us(now));
  return out;
}

void describe(alarm::v1::OutageChild& child, const outage_told& outage, std::uint32_t device) {
  const auto one = outage.set.device_at(device);
  const auto seen = outage.seen(device);
  child.set_device(std::string{one.wire_id()});
  child.set_protocol(std::string{one.protocol()});
  child.set_device_name(std::string{one.id()});
  child.set_subject(registry::bind(outage.all, one.protocol(), one.wire_id(), {}).subject.str());
  child.set_down_since_us(seen.since_us);
  child.set_silent(seen.silent);
}

}  // namespace

alarm::v1::Command change_command(const outage_told& outage, const triage::outage_change& change,
                                  std::uint64_t serial, base::wall_time now) {
  const auto& all = outage.set.dependencies();
  const bool known = change.parent != triage::dependencies::no_parent;
  const auto parent = known ? all.name_of(change.parent) : std::string_view{};
  auto command = by_system(outage.set, alarm::outages_subject, outage.case_id);
  command.set_id(fmt::format("outage/{}/{}/{}", base::to_us(now), serial, change.outage));
  auto& changed = *command.mutable_change_outage()->mutable_change();
  changed.set_parent(std::string{parent});
  for (const auto device : change.joined) describe(*changed.add_joined(), outage, device);
  for (const auto device : change.back) {
    const auto one = outage.set.device_at(device);
    changed.add_back(fmt::format("{}/{}", one.protocol(), one.wire_id()));
  }
  auto& summary = *changed.mutable_summary();
  summary.set_parent(std::string{parent});
  if (known) summary.set_devices_total(all.devices_under(change.parent));
  summary.set_devices_down(outage.devices_down);
  summary.set_devices_back(outage.devices_back);
  summary.set_residents_down(outage.residents_down);
  summary.set_began_at_us(outage.began_us);
  summary.set_over(change.over);
  const auto homes = known ? all.homes_under(change.parent) : 0;
  if (change.swallowed_by != 0)
    *changed.mutable_by() = note(outage.set, "part of a wider outage", now);
  else if (change.opened || change.moved)
    *changed.mutable_by() = note(outage.set,
                                 fmt::format("{} of {} homes under {} went together: no chance",
                                             outage.homes_down, homes, parent),
                                 now);
  else if (change.over)
    *changed.mutable_by() =
        note(outage.set,
             fmt::format("{} of {} homes are still down: no more than on any day",
                         outage.homes_down, homes),
             now);
  return command;
}

alarm::v1::Command close_command(const alarm::v1::Case& c, std::string_view cause,
                                 const registry::set_view& set, std::string_view outage,
                                 base::wall_time now) {
  auto command = by_system(set, c.subject(), c.id());
  command.set_id(fmt::format("{}/{}", cause, c.version()));
  command.set_seen_version(c.version());
  command.mutable_close_by_system()->set_cause(std::string{cause});
  *command.mutable_close_by_system()->mutable_by() =
      note(set,
           outage.empty() ? std::string{"the outage is over"}
                          : fmt::format("part of the outage {}", outage),
           now);
  return command;
}

std::optional<alarm::admission> alarm_left_behind(const outage_told& outage, std::uint32_t device,
                                                  base::wall_time now) {
  const auto one = outage.set.device_at(device);
  auto bound = registry::bind(outage.all, one.protocol(), one.wire_id(), {});
  if (!bound.known) return std::nullopt;
  const auto seen = outage.seen(device);
  alarm::admission out;
  auto& signal = out.signal;
  signal.set_id(
      fmt::format("{}{}/{}/{}", left_behind, outage.case_id, one.protocol(), one.wire_id()));
  signal.set_protocol(std::string{one.protocol()});
  signal.set_device(std::string{one.wire_id()});
  signal.set_intent(alarm::v1::INTENT_ALARM);
  signal.set_status(seen.silent ? status_loss : status_mains);
  signal.set_text("still down after an outage that is over");
  signal.set_received_at_us(base::to_us(now));
  signal.set_trace(base::new_trace());
  out.municipality = std::move(bound.municipality);
  out.subject = std::move(bound.subject);
  out.device_kind = bound.device_kind;
  out.known_device = true;
  out.lane = alarm::v1::LANE_TECHNICAL;
  out.reply.edge = alarm::reply_address::nobody;
  return out;
}

}  // namespace varde::core
