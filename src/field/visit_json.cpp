// Writing a visit with what the registry knows.
#include "field/visit_json.hpp"

#include <optional>
#include <vector>

#include "alarm/ids.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "base/json_writer.hpp"
#include "board/visit_json.hpp"
#include "registry/card_json.hpp"

namespace varde::field {

namespace {

using base::json_writer;

/// Who and where, as far as the registry knows; any of it may be missing.
struct place {
  std::optional<registry::v1::Address> address;
  std::optional<registry::v1::Access> access;
  std::vector<registry::v1::Resident> residents;
};

place find_place(const registry::set_view& set, const alarm::v1::Case& c) {
  place out;
  if (const auto id = alarm::resident_of(c.subject())) {
    if (const auto resident = set.resident(*id)) {
      out.residents.push_back(resident->whole());
      out.address = set.address_of(resident);
      out.access = set.access_of(resident);
    }
  } else if (const auto household_id = alarm::household_of(c.subject())) {
    if (const auto household = set.household(*household_id)) {
      for (const auto& one : set.residents_of(*household_id)) out.residents.push_back(one.whole());
      const auto home = household->whole();
      out.address = home.address();
      out.access = home.access();
    }
  }
  return out;
}

void write_person(json_writer& json, const place& at, base::wall_time now) {
  if (at.residents.size() != 1) return json.null();
  const auto& resident = at.residents.front();
  json.begin_object();
  json.member("name", resident.name());
  json.key("age");
  registry::write_age(json, resident.birth_year(), now);
  json.member("phone", resident.phone());
  json.end_object();
}

void write_newest_position(json_writer& json, const alarm::v1::Case& c) {
  const alarm::v1::Alarm* newest = nullptr;
  for (const auto& a : c.alarms())
    if (a.has_position() && (!newest || a.last_received_at_us() >= newest->last_received_at_us()))
      newest = &a;
  newest ? board::write_position(json, newest->position()) : json.null();
}

}  // namespace

void append_visit(std::string& out, const alarm::v1::Case& c, const alarm::v1::Visit& visit,
                  const registry::view& all, std::string_view centre_phone, base::wall_time now) {
  const auto set = all.municipality(c.municipality());
  const bool shown =
      !alarm::has_ended(visit.state()) || visit.state() == alarm::v1::VISIT_STATE_DONE;
  const place at = set && shown ? find_place(*set, c) : place{};

  json_writer json{out};
  json.begin_object();
  board::write_visit_members(json, c.id(), visit);
  json.member("municipality", c.municipality());
  json.member("municipality_name", set ? set->municipality().name() : c.municipality());
  json.member("lane", alarm::lane_name(c.lane()));
  json.member("priority", board::priority_of(c));
  json.member("kind", alarm::name_of(c.kind()));
  board::write_time(json, "opened_at", c.opened_at_us());
  json.key("resident");
  write_person(json, at, now);
  json.key("address");
  at.address ? registry::write_address(json, *at.address) : json.null();
  json.key("position");
  shown ? write_newest_position(json, c) : json.null();
  json.key("access");
  at.access ? registry::write_access(json, *at.access) : json.null();
  json.key("to_know");
  json.begin_array();
  for (const auto& resident : at.residents)
    for (const auto& fact : resident.to_know())
      json.value(at.residents.size() > 1 ? resident.name() + ": " + fact : fact);
  json.end_array();
  const bool own_phone = set && !set->municipality().phone().empty();
  json.member("centre_phone",
              own_phone ? std::string_view{set->municipality().phone()} : centre_phone);
  json.end_object();
}

}  // namespace varde::field
