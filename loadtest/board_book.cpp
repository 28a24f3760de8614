// Parsing of live frames by Boost.JSON into a block of memory that is reused from frame to frame.
#include "board_book.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

namespace varde::load {

namespace json = boost::json;

namespace {

std::string_view text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

std::uint64_t number_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

const json::array* array_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? &value->get_array() : nullptr;
}

}  // namespace

void board_book::take_case(const void* json_object, std::vector<shown_device>& changed) {
  const auto& object = *static_cast<const json::object*>(json_object);
  case_line& line = cases_[std::string(text_of(object, "id"))];
  const std::uint64_t version = number_of(object, "version");
  if (version < line.version) return;
  line.version = version;
  line.alarms.clear();
  if (const json::array* alarms = array_of(object, "alarms")) {
    for (const json::value& each : *alarms) {
      line.alarms.emplace_back();
      if (!each.is_object()) continue;
      const json::object& one = each.get_object();
      line.alarms.back() = {.device = std::string(text_of(one, "device")),
                            .protocol = std::string(text_of(one, "protocol")),
                            .signal_id = std::string(text_of(one, "signal_id")),
                            .count = number_of(one, "count")};
    }
  }
  count_devices(line, changed);
}

void board_book::keep_example(const void* json_object) {
  const auto& object = *static_cast<const json::object*>(json_object);
  const std::string like(text_of(object, "like"));
  if (like.empty()) return;
  const auto example = cases_.find(like);
  if (example != cases_.end()) examples_.insert(*example);
}

void board_book::take_difference(const void* json_object, std::vector<shown_device>& changed) {
  const auto& object = *static_cast<const json::object*>(json_object);
  case_line& line = cases_[std::string(text_of(object, "id"))];
  const json::value* found = object.if_contains("differs");
  if (found == nullptr || !found->is_object()) return;
  const json::object& differs = found->get_object();
  // A new case may have the version of the one that it is like.
  const std::uint64_t version = number_of(differs.contains("version") ? differs : object,
                                          differs.contains("version") ? "version" : "base");
  const bool is_new = line.by_device.empty();
  if (version <= line.version && !is_new) return;  // another operator's frame had it
  if (const std::string like(text_of(object, "like")); !like.empty()) {
    const case_line& example = examples_[like];
    line.version = example.version;
    line.alarms = example.alarms;
  }
  if (line.version != number_of(object, "base")) ++missed_bases_;
  line.version = version;
  const json::value* alarms = differs.if_contains("alarms");
  if (alarms == nullptr) return;
  if (alarms->is_array()) line.alarms.clear();
  const auto put = [&line](std::size_t place, const json::value& value) {
    if (place >= line.alarms.size()) line.alarms.resize(place + 1);
    if (!value.is_object()) return;
    const json::object& one = value.get_object();
    alarm_line& held = line.alarms[place];
    if (one.contains("device")) held.device = text_of(one, "device");
    if (one.contains("protocol")) held.protocol = text_of(one, "protocol");
    if (one.contains("signal_id")) held.signal_id = text_of(one, "signal_id");
    if (one.contains("count")) held.count = number_of(one, "count");
  };
  if (alarms->is_array()) {
    for (const json::value& each : alarms->get_array()) put(line.alarms.size(), each);
  } else if (alarms->is_object()) {
    for (const auto& [place, value] : alarms->get_object()) {
      put(std::stoul(std::string(place)), value);
    }
  }
  count_devices(line, changed);
}

void board_book::count_devices(case_line& line, std::vector<shown_device>& changed) {
  std::map<std::string, std::uint64_t, std::less<>> by_device;
  for (const alarm_line& each : line.alarms) {
    if (each.protocol == protocol_) by_device[each.device] += each.count;
  }
  for (const auto& [device, count] : by_device) {
    const auto had = line.by_device.find(device);
    const std::uint64_t before = had == line.by_device.end() ? 0 : had->second;
    if (count == before) continue;
    std::uint64_t& total = by_device_[device];
    total += count - before;
    changed.push_back({device, total});
  }
  line.by_device = std::move(by_device);
}

board_book::frame board_book::read(std::string_view text, std::vector<shown_device>& changed) {
  thread_local std::array<unsigned char, 1 << 20> block;
  json::monotonic_resource memory(block.data(), block.size());
  boost::system::error_code error;
  const json::value root = json::parse(text, error, &memory);
  if (error || !root.is_object()) return frame::unreadable;
  const json::object& top = root.get_object();
  const std::string_view type = text_of(top, "type");
  if (type == "snapshot") {
    if (const json::array* cases = array_of(top, "cases")) {
      for (const json::value& each : *cases) {
        if (each.is_object()) take_case(&each.get_object(), changed);
      }
    }
    return frame::snapshot;
  }
  if (type != "changes") return frame::other;
  if (const json::array* changes = array_of(top, "changes")) {
    // All differences of a frame are from the state before it.
    examples_.clear();
    for (const json::value& each : *changes) {
      if (each.is_object()) keep_example(&each.get_object());
    }
    for (const json::value& each : *changes) {
      if (!each.is_object()) continue;
      const json::object& change = each.get_object();
      const json::value* whole = change.if_contains("case");
      if (whole == nullptr) {
        take_difference(&change, changed);
      } else if (whole->is_object()) {
        take_case(&whole->get_object(), changed);
      }
    }
  }
  return frame::changes;
}

std::vector<shown_device> board_book::totals() const {
  std::vector<shown_device> all;
  for (const auto& [device, signals] : by_device_) all.push_back({device, signals});
  return all;
}

std::unordered_set<std::string> board_book::cases() const {
  std::unordered_set<std::string> ids;
  for (const auto& [id, line] : cases_) ids.insert(id);
  return ids;
}

std::vector<std::string> board_book::signals_in_two_cases() const {
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const auto& [id, line] : cases_) {
    for (const alarm_line& each : line.alarms) {
      if (each.protocol == protocol_ && !seen.insert(each.signal_id).second) {
        twice.push_back(each.signal_id);
      }
    }
  }
  return twice;
}

}  // namespace varde::load
