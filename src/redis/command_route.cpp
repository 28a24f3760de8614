// Names are compared without regard to case, as Redis does.
#include "redis/command_route.hpp"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>

#include "redis/slot.hpp"

namespace varde::redis {

namespace {

using command_view = std::span<const std::string_view>;

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&](auto one) { return boost::algorithm::iequals(one, name); });
}

constexpr std::array<std::string_view, 3> for_every_master{"FUNCTION", "SCRIPT", "WAIT"};
constexpr std::array<std::string_view, 12> without_key{"PING", "ROLE",   "INFO",    "TIME",
                                                       "ECHO", "CLIENT", "CLUSTER", "CONFIG",
                                                       "ACL",  "HELLO",  "COMMAND", "DBSIZE"};
/// The number of keys stands at 2, the first key at 3.
constexpr std::array<std::string_view, 6> with_counted_keys{"FCALL",   "FCALL_RO", "EVAL",
                                                            "EVAL_RO", "EVALSHA",  "EVALSHA_RO"};
constexpr std::array<std::string_view, 2> ends{"EXEC", "DISCARD"};

/// Where the first stream's name stands; the command's size if there is none.
std::size_t first_stream(command_view xread) {
  const auto at = std::ranges::find_if(
      xread, [](auto word) { return boost::algorithm::iequals(word, "STREAMS"); });
  return std::min<std::size_t>(at - xread.begin() + 1, xread.size());
}

command_view streams_of(command_view xread) {
  const auto first = first_stream(xread);
  return xread.subspan(first, (xread.size() - first) / 2);
}

command_route route_of_xread(command_view command) {
  const auto streams = streams_of(command);
  if (streams.empty()) return {};
  const auto slot = slot_of(streams.front());
  const bool one = std::ranges::all_of(streams, [&](auto key) { return slot_of(key) == slot; });
  return one ? command_route{route_kind::slot, slot} : command_route{route_kind::several_slots};
}

}  // namespace

command_route route_of(command_view command) {
  if (command.empty()) return {};
  const auto name = command.front();
  if (boost::algorithm::iequals(name, "MULTI")) return {route_kind::begin};
  if (is_one_of(name, ends)) return {route_kind::end};
  if (is_one_of(name, for_every_master)) return {route_kind::every_master};
  if (boost::algorithm::iequals(name, "SCAN")) return {route_kind::scan};
  if (boost::algorithm::iequals(name, "XREAD")) return route_of_xread(command);
  const std::size_t key = is_one_of(name, with_counted_keys) ? 3 : 1;
  if (is_one_of(name, without_key) || command.size() <= key) return {};
  if (key == 3 && command[2] == "0") return {};
  return {route_kind::slot, slot_of(command[key])};
}

split_read split(command_view xread) {
  split_read out;
  const auto streams = streams_of(xread);
  const auto first = first_stream(xread);
  arguments head;  // "XREAD COUNT n"
  for (std::size_t i = 0; i + 1 < first; ++i) {
    if (!boost::algorithm::iequals(xread[i], "BLOCK")) {
      head.emplace_back(xread[i]);
      continue;
    }
    out.block_ms.emplace();
    const auto text = xread[++i];
    std::from_chars(text.data(), text.data() + text.size(), *out.block_ms);
  }
  head.emplace_back("STREAMS");
  for (const auto key : streams) {
    const auto slot = slot_of(key);
    if (std::ranges::any_of(out.parts, [&](const auto& part) { return part.slot == slot; }))
      continue;
    auto& part = out.parts.emplace_back(split_read::part{slot, head});
    for (const auto offset : {first, first + streams.size()})
      for (std::size_t i = 0; i < streams.size(); ++i)
        if (slot_of(streams[i]) == slot) part.command.emplace_back(xread[offset + i]);
  }
  return out;
}

std::optional<scan_cursor> parse_scan_cursor(std::string_view text) {
  if (text == "0") return scan_cursor{};
  scan_cursor out;
  const auto colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, out.master);
  if (error != std::errc{} || end != text.data() + colon) return std::nullopt;
  out.there = text.substr(colon + 1);
  return out;
}

std::string next_scan_cursor(std::size_t master, const std::string& there, std::size_t masters) {
  if (there != "0") return std::to_string(master) + ":" + there;
  return master + 1 < masters ? std::to_string(master + 1) + ":0" : "0";
}

}  // namespace varde::redis
