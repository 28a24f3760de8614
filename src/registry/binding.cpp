// The four cases, most specific first.
#include "registry/binding.hpp"

namespace varde::registry {

namespace {

/// What a binding asks of a device, read in one walk over its fields.
struct installation {
  explicit installation(const device_record& device) {
    for (field_reader at{device.bytes()};
         at.next() && at.field() <= v1::Device::kHouseholdFieldNumber;) {
      if (at.field() == v1::Device::kKindFieldNumber) kind = at.bytes();
      if (at.field() == v1::Device::kStateFieldNumber)
        installed = at.number() == v1::DEVICE_STATE_INSTALLED;
      if (at.field() == v1::Device::kResidentFieldNumber) resident = at.bytes();
      if (at.field() == v1::Device::kHouseholdFieldNumber) household = at.bytes();
    }
  }
  std::string_view kind;
  bool installed = false;
  std::string_view resident;
  std::string_view household;
};

/// The owner's subject, or an empty id if the device has none that the set knows.
alarm::subject_id owner_of(const set_view& set, const installation& where) {
  if (!where.installed) return {};
  if (!where.resident.empty() && set.resident(where.resident))
    return alarm::resident_subject(where.resident);
  if (!where.household.empty() && set.household(where.household))
    return alarm::household_subject(where.household);
  return {};
}

}  // namespace

binding bind(const view& all, std::string_view protocol, std::string_view wire_id,
             std::string_view source) {
  binding bound;
  const auto match = all.find_device(protocol, wire_id);
  if (!match) {
    bound.municipality = alarm::municipality_id{alarm::centre};
    bound.subject = alarm::unknown_subject(source);
    return bound;
  }
  bound.municipality = alarm::municipality_id{match->set->id()};
  const installation where{match->device};
  bound.subject = owner_of(*match->set, where);
  bound.known = !bound.subject.empty();
  if (!bound.known) bound.subject = alarm::device_subject(protocol, wire_id);
  bound.device_kind = where.kind;
  bound.device = match->device;
  bound.number = match->number;
  return bound;
}

}  // namespace varde::registry
