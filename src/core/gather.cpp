// Look-ups in one municipality's registry.
#include "core/gather.hpp"

#include <algorithm>

#include "alarm/ids.hpp"

namespace varde::core {

namespace {

registry::resident_record resident_of(const registry::set_view& set, std::string_view subject) {
  const auto id = alarm::resident_of(subject);
  return id ? set.resident(*id) : registry::resident_record{};
}

std::string_view kind_of(const registry::device_record& device, std::string_view sensor) {
  if (sensor.empty()) return device.kind();
  for (const auto one : device.sensors())
    if (one.id() == sensor) return one.kind();
  return device.kind();
}

}  // namespace

triage::facts facts_about(const registry::set_view& set, std::string_view subject,
                          const alarm::v1::Signal& signal) {
  triage::facts out;
  if (const auto device = set.find_device(signal.protocol(), signal.device())) {
    out.device = device->id();
    out.device_kind = kind_of(*device, signal.sensor());
  }
  if (const auto resident = resident_of(set, subject)) {
    out.resident = resident->id();
    out.cognitive_impairment = resident->cognitive_impairment();
  } else if (const auto household = alarm::household_of(subject)) {
    const auto people = set.residents_of(*household);
    out.serves_several = people.size() > 1;
    out.cognitive_impairment =
        std::ranges::any_of(people, [](const auto& one) { return one.cognitive_impairment(); });
  }
  return out;
}

const registry::v1::Policy& policy_in(const registry::view& all,
                                      const std::shared_ptr<const registry::set_view>& set) {
  if (set) return set->policy();
  return all.defaults() ? all.defaults()->policy() : registry::v1::Policy::default_instance();
}

std::string home_of(const registry::set_view& set, std::string_view subject) {
  const auto resident = resident_of(set, subject);
  if (!resident || resident->household().empty()) return {};
  return alarm::household_subject(resident->household()).str();
}

std::vector<alarm::v1::Step> plan_for(const registry::set_view& set, std::string_view subject,
                                      alarm::v1::Kind kind) {
  return set.steps_for(resident_of(set, subject), kind);
}

}  // namespace varde::core
