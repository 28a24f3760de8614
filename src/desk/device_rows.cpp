// Gathering and writing the rows.
#include "desk/device_rows.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "board/visit_json.hpp"
#include "desk/rules_json.hpp"
#include "desk/subject_json.hpp"
#include "registry/binding.hpp"

namespace varde::desk {

namespace {

constexpr std::array troubles{
    std::pair{device_trouble::offline, std::string_view{"offline"}},
    std::pair{device_trouble::battery, std::string_view{"battery"}},
    std::pair{device_trouble::mains, std::string_view{"mains"}},
    std::pair{device_trouble::fault, std::string_view{"fault"}},
    std::pair{device_trouble::noisy, std::string_view{"noisy"}},
    std::pair{device_trouble::test, std::string_view{"test"}},
};

std::string_view municipality_name(const device_row& row) {
  return row.set ? std::string_view{row.set->municipality().name()}
                 : std::string_view{row.municipality};
}

void write_case_of(base::json_writer& json, const alarm::v1::Case& c) {
  json.begin_object();
  json.member("id", c.id());
  json.member("version", c.version());
  json.member("kind", alarm::name_of(c.kind()));
  json.member("state", alarm::name_of(c.state()));
  json.member("list", alarm::name_of(c.list()));
  json.member("owner_name", c.owner().name());
  json.member("signal_count", c.signal_count());
  write_rule(json, "by", c.decisions().empty() ? alarm::v1::RuleNote{} : *c.decisions().rbegin());
  json.end_object();
}

}  // namespace

std::string_view name_of(device_trouble trouble) {
  for (const auto& [value, name] : troubles)
    if (value == trouble) return name;
  return {};
}

std::optional<device_trouble> trouble_named(std::string_view name) {
  for (const auto& [value, named] : troubles)
    if (named == name) return value;
  return std::nullopt;
}

device_trouble trouble_of(alarm::v1::Kind kind) {
  switch (kind) {
    case alarm::v1::KIND_LINK:
      return device_trouble::offline;
    case alarm::v1::KIND_BATTERY:
      return device_trouble::battery;
    case alarm::v1::KIND_MAINS:
      return device_trouble::mains;
    case alarm::v1::KIND_NOISY_DEVICE:
      return device_trouble::noisy;
    case alarm::v1::KIND_FAULT:
    case alarm::v1::KIND_TAMPER:
      return device_trouble::fault;
    default:
      return device_trouble::none;
  }
}

registry::device_record find_device(const registry::set_view& set, std::string_view protocol,
                                    std::string_view wire_id) {
  if (const auto found = set.find_device(protocol, wire_id)) return found;
  for (const auto* known : {"scaip", "native"})
    if (const auto found = set.find_device(known, wire_id)) return found;
  return {};
}

void add_rows(std::vector<device_row>& rows, const board::case_pointer& c,
              const registry::view& all) {
  const auto set = all.municipality(c->municipality());
  for (const auto& alarm : c->alarms()) {
    device_row row;
    row.trouble = trouble_of(c->kind());
    if (row.trouble == device_trouble::none) return;
    row.municipality = c->municipality();
    row.protocol = alarm.protocol();
    row.wire_id = alarm.device();
    row.sensor = alarm.sensor();
    row.subject = c->subject();
    row.since_us = alarm.occurred_at_us() != 0 ? alarm.occurred_at_us() : alarm.received_at_us();
    row.set = set;
    if (set) row.device = find_device(*set, row.protocol, row.wire_id);
    row.of_case = c;
    rows.push_back(std::move(row));
  }
}

void add_rows(std::vector<device_row>& rows, const board::subject_pointer& state,
              const registry::view& all) {
  const auto set = all.municipality(state->municipality());
  for (const auto& test : state->tests()) {
    device_row row;
    row.trouble = device_trouble::test;
    row.municipality = state->municipality();
    row.wire_id = test.device();
    row.subject = state->subject();
    row.since_us = test.since_us();
    row.set = set;
    if (set) row.device = find_device(*set, {}, row.wire_id);
    row.state = state;
    row.test = &test;
    rows.push_back(std::move(row));
  }
}

void add_found(std::vector<device_row>& rows, const std::shared_ptr<const registry::set_view>& set,
               const registry::view& all, std::string_view beginning, std::size_t max) {
  for (registry::device_index i = 0; i < set->device_count(); ++i) {
    if (rows.size() >= max) return;
    const auto device = set->device_at(i);
    if (!device.id().starts_with(beginning) && !device.wire_id().starts_with(beginning)) continue;
    device_row row;
    row.municipality = set->id();
    row.protocol = device.protocol();
    row.wire_id = device.wire_id();
    row.subject = registry::bind(all, device.protocol(), device.wire_id(), {}).subject.str();
    row.set = set;
    row.device = device;
    rows.push_back(std::move(row));
  }
}

registry::thing_number number_of(const device_row& row, const registry::view& all) {
  if (!row.device) return registry::no_number;
  const auto match = all.find_device(row.device->protocol(), row.device->wire_id());
  if (!match || match->set->id() != row.municipality) return registry::no_number;
  return row.sensor.empty() ? match->number : registry::sensor_number(*match, row.sensor);
}

void write_row(base::json_writer& json, const device_row& row, base::wall_time now) {
  json.begin_object();
  json.member(
      "id", row.device ? fmt::format("{}.{}", row.municipality, row.device->id()) : std::string{});
  json.member("trouble", name_of(row.trouble));
  json.member("municipality", row.municipality);
  json.member("municipality_name", municipality_name(row));
  json.member("wire_id", row.wire_id);
  json.member("protocol", row.device ? row.device->protocol() : std::string_view{row.protocol});
  json.member("kind", row.device ? row.device->kind() : std::string_view{});
  json.member("sensor", row.sensor);
  board::write_time(json, "since", row.since_us);
  board::write_time(json, "last_heard", row.heard_us);
  json.member("subject_id", name_of(subject_place{row.municipality, row.subject}));
  json.key("subject");
  write_subject(json, row.subject, row.wire_id, row.set.get(), now);
  json.key("case");
  row.of_case ? write_case_of(json, *row.of_case) : json.null();
  json.key("test");
  row.test ? write_test(json, *row.test) : json.null();
  json.end_object();
}

}  // namespace varde::desk
