// Writing subjects and their states.
#include "desk/subject_json.hpp"

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "board/planned_checks.hpp"
#include "board/visit_json.hpp"
#include "desk/rules_json.hpp"
#include "registry/card_json.hpp"

namespace varde::desk {

namespace {

using base::json_writer;

std::string names_of(const registry::set_view& set, const registry::household_record& household) {
  std::string names;
  for (const auto& resident : set.residents_of(household.id())) {
    if (!names.empty()) names += ", ";
    names += resident.name();
  }
  return names.empty() ? household.whole().address().street() : names;
}

void write_thing(json_writer& json, std::string_view kind, std::string_view id,
                 std::string_view name) {
  json.member("kind", kind);
  json.member("id", id);
  json.member("name", name);
  json.key("age");
  json.null();
}

std::string_view kind_of(std::string_view subject) {
  if (subject == alarm::outages_subject) return "outage";
  return subject.starts_with("u-") ? "unknown" : "device";
}

void write_absence(json_writer& json, const alarm::v1::SubjectState& state) {
  json.key("absence");
  if (!state.has_absence()) return json.null();
  json.begin_object();
  board::write_time(json, "since", state.absence().since_us());
  board::write_time(json, "until", state.absence().until_us());
  json.member("reason", state.absence().reason());
  json.member("by", state.absence().by());
  json.end_object();
}

void write_check(json_writer& json, const board::planned_check& check) {
  json.begin_object();
  json.member("rule", check.rule->id());
  json.member("reason", check.rule->reason());
  board::write_time(json, "planned", base::to_us(check.planned));
  board::write_time(json, "from", base::to_us(check.from));
  board::write_time(json, "until", base::to_us(check.until));
  json.member("standing", board::name_of(check.standing));
  board::write_time(json, "done_at", check.done_at_us);
  json.member("done_by", check.done_by);
  json.end_object();
}

std::vector<board::planned_check> checks_of(const subject_place& place,
                                            const alarm::v1::SubjectState& state,
                                            const registry::set_view* set, base::wall_time now) {
  const auto id = alarm::resident_of(place.subject);
  const auto resident = id && set != nullptr ? set->resident(*id) : registry::resident_record{};
  if (!resident) return {};
  std::vector<triage::placed_device> devices;
  for (const auto& one : set->devices_of(resident)) devices.push_back({one.id(), one.kinds()});
  return board::planned_checks(set->policy(), *id, devices, state, now);
}

template <class List, class Write>
void write_all(json_writer& json, std::string_view name, const List& list, Write write) {
  json.key(name);
  json.begin_array();
  for (const auto& one : list) write(json, one);
  json.end_array();
}

void write_expected(json_writer& json, const alarm::v1::Expected& expected) {
  json.begin_object();
  json.member("rule", expected.rule());
  board::write_time(json, "satisfied_at", expected.satisfied_at_us());
  json.member("by", expected.by());
  json.end_object();
}

}  // namespace

void write_subject(json_writer& json, std::string_view subject, std::string_view called,
                   const registry::set_view* set, base::wall_time now) {
  json.begin_object();
  std::optional<registry::v1::Address> address;
  if (const auto id = alarm::resident_of(subject)) {
    const auto resident = set ? set->resident(*id) : registry::resident_record{};
    json.member("kind", "resident");
    json.member("id", *id);
    json.member("name", resident ? resident->name() : *id);
    json.key("age");
    resident ? registry::write_age(json, resident->birth_year(), now) : json.null();
    if (resident) address = set->address_of(resident);
  } else if (const auto household_id = alarm::household_of(subject)) {
    const auto household = set ? set->household(*household_id) : registry::household_record{};
    write_thing(json, "household", *household_id,
                household ? names_of(*set, *household) : std::string{*household_id});
    if (household) address = household->whole().address();
  } else {
    write_thing(json, kind_of(subject), called, called);
  }
  json.key("address");
  address ? registry::write_address(json, *address) : json.null();
  json.end_object();
}

std::string name_of(const subject_place& place) { return place.municipality + '.' + place.subject; }

std::optional<subject_place> locate_subject(std::string_view id) {
  const auto dot = id.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == id.size()) return std::nullopt;
  const auto subject = id.substr(dot + 1);
  if (subject.find('.') != std::string_view::npos) return std::nullopt;
  return subject_place{std::string{id.substr(0, dot)}, std::string{subject}};
}

bool is_known(const registry::view& all, const subject_place& place) {
  const auto set = all.municipality(place.municipality);
  if (const auto id = alarm::resident_of(place.subject)) return set && set->resident(*id);
  if (const auto id = alarm::household_of(place.subject)) return set && set->household(*id);
  return set || place.municipality == alarm::centre;
}

void write_test(json_writer& json, const alarm::v1::TestMode& test) {
  json.begin_object();
  json.member("device", test.device());
  json.key("kinds");
  json.begin_array();
  for (const auto kind : test.kinds())
    json.value(alarm::name_of(static_cast<alarm::v1::Kind>(kind)));
  json.end_array();
  board::write_time(json, "until", test.until_us());
  board::write_time(json, "since", test.since_us());
  json.member("by", test.by());
  json.end_object();
}

void write_subject_state(json_writer& json, const subject_place& place,
                         const alarm::v1::SubjectState& state, const registry::view& all,
                         base::wall_time now) {
  json.begin_object();
  json.member("id", name_of(place));
  const auto set = all.municipality(place.municipality);
  json.key("subject");
  write_subject(json, place.subject, place.subject, set.get(), now);
  write_all(json, "held", state.held(), &write_held);
  write_all(json, "suppressed", state.suppressed(), &write_suppressed);
  write_all(json, "tests", state.tests(), &write_test);
  write_all(json, "expected", state.expected(), &write_expected);
  write_all(json, "checks", checks_of(place, state, set.get(), now), &write_check);
  write_absence(json, state);
  json.end_object();
}

}  // namespace varde::desk
