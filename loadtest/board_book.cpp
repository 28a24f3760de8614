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
  std::map<std::string, std::uint64_t, std::less<>> by_device;
  line.signal_ids.clear();
  if (const json::array* alarms = array_of(object, "alarms")) {
    for (const json::value& each : *alarms) {
      if (!each.is_object() || text_of(each.get_object(), "protocol") != protocol_) continue;
      by_device[std::string(text_of(each.get_object(), "device"))] +=
          number_of(each.get_object(), "count");
      line.signal_ids.emplace_back(text_of(each.get_object(), "signal_id"));
    }
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
    for (const json::value& each : *changes) {
      const json::value* one = each.is_object() ? each.get_object().if_contains("case") : nullptr;
      if (one != nullptr && one->is_object()) take_case(&one->get_object(), changed);
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
    for (const std::string& signal : line.signal_ids) {
      if (!seen.insert(signal).second) twice.push_back(signal);
    }
  }
  return twice;
}

}  // namespace varde::load
