// The four cases, most specific first.
#include "registry/binding.hpp"

namespace varde::registry {

namespace {

/// The owner's subject, or an empty id if the device has none that the set knows.
alarm::subject_id owner_of(const set_view& set, const device_record& device) {
  if (device.state() != v1::DEVICE_STATE_INSTALLED) return {};
  if (!device.resident().empty() && set.resident(device.resident()))
    return alarm::resident_subject(device.resident());
  if (!device.household().empty() && set.household(device.household()))
    return alarm::household_subject(device.household());
  return {};
}

}  // namespace

binding bind(const view& all, std::string_view protocol, std::string_view wire_id,
             std::string_view source) {
  binding bound;
  auto match = all.find_device(protocol, wire_id);
  if (!match) {
    bound.municipality = alarm::municipality_id{alarm::centre};
    bound.subject = alarm::unknown_subject(source);
    return bound;
  }
  bound.municipality = alarm::municipality_id{match->set->id()};
  bound.subject = owner_of(*match->set, match->device);
  bound.known = !bound.subject.empty();
  if (!bound.known) bound.subject = alarm::device_subject(protocol, wire_id);
  bound.device_kind = match->device->kind();
  bound.device = match->device;
  bound.number = match->number;
  bound.set = std::move(match->set);
  return bound;
}

}  // namespace varde::registry
