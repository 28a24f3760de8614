// Writing the registry's facts as JSON.
#include "registry/card_json.hpp"

#include <chrono>

#include "registry/dwelling.hpp"

namespace varde::registry {

namespace {

constexpr unsigned age_max = 125;

void write_door(base::json_writer& json, std::string_view number) {
  const auto decoded = decode_dwelling(number);
  if (!decoded) return json.null();
  json.begin_object();
  json.member("part", to_string(decoded->part));
  json.member("floor", decoded->floor);
  json.member("door", decoded->door);
  json.end_object();
}

void write_next_of_kin(base::json_writer& json, const v1::NextOfKin& person) {
  json.begin_object();
  json.member("name", person.name());
  json.member("relation", person.relation());
  json.member("phone", person.phone());
  json.member("quiet_from", person.quiet_from());
  json.member("quiet_to", person.quiet_to());
  json.end_object();
}

void write_device(base::json_writer& json, const device_record& device) {
  json.begin_object();
  json.member("id", device.id());
  json.member("protocol", device.protocol());
  json.member("wire_id", device.wire_id());
  json.member("kind", device.kind());
  json.end_object();
}

}  // namespace

std::optional<unsigned> age_of(std::uint32_t birth_year, base::wall_time now) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const auto year = static_cast<unsigned>(static_cast<int>(today.year()));
  if (birth_year == 0 || birth_year > year) return std::nullopt;
  const unsigned age = year - birth_year;
  return age > age_max ? std::nullopt : std::optional{age};
}

bool is_known(const v1::Address& a) {
  return !a.street().empty() || !a.place().empty() || a.latitude_deg() != 0 ||
         a.longitude_deg() != 0;
}

bool is_known(const v1::Access& a) {
  return !a.key_box().empty() || !a.key_box_code().empty() || !a.lock().empty() ||
         !a.fallback().empty();
}

void write_address(base::json_writer& json, const v1::Address& address) {
  if (!is_known(address)) return json.null();
  const bool placed = address.latitude_deg() != 0 || address.longitude_deg() != 0;
  json.begin_object();
  json.member("street", address.street());
  json.member("dwelling", address.dwelling());
  json.key("door");
  write_door(json, address.dwelling());
  json.member("postcode", address.postcode());
  json.member("place", address.place());
  json.key("latitude");
  placed ? json.value(address.latitude_deg()) : json.null();
  json.key("longitude");
  placed ? json.value(address.longitude_deg()) : json.null();
  json.end_object();
}

void write_access(base::json_writer& json, const v1::Access& access) {
  if (!is_known(access)) return json.null();
  json.begin_object();
  json.member("key_box", access.key_box());
  json.member("has_code", !access.key_box_code().empty());
  json.member("lock", access.lock());
  json.member("fallback", access.fallback());
  json.end_object();
}

void write_age(base::json_writer& json, std::uint32_t birth_year, base::wall_time now) {
  const auto age = age_of(birth_year, now);
  age ? json.value(*age) : json.null();
}

void write_resident(base::json_writer& json, const set_view& set, const resident_record& of,
                    base::wall_time now) {
  const auto resident = of.whole();
  json.begin_object();
  json.member("id", resident.id());
  json.member("municipality", set.id());
  json.member("name", resident.name());
  json.key("birth_year");
  resident.birth_year() > 0 ? json.value(resident.birth_year()) : json.null();
  json.key("age");
  write_age(json, resident.birth_year(), now);
  json.member("phone", resident.phone());
  json.key("address");
  write_address(json, set.address_of(of));
  json.key("access");
  write_access(json, set.access_of(of));
  json.key("to_know");
  json.begin_array();
  for (const auto& fact : resident.to_know()) json.value(fact);
  json.end_array();
  json.key("next_of_kin");
  json.begin_array();
  for (const auto& person : resident.next_of_kin()) write_next_of_kin(json, person);
  json.end_array();
  json.key("devices");
  json.begin_array();
  for (const auto& device : set.devices_of(of)) write_device(json, device);
  json.end_array();
  json.member("cognitive_impairment", resident.cognitive_impairment());
  json.end_object();
}

}  // namespace varde::registry
