// Strict reading: a key that is misspelt must not silently make an easier run.
#include "scenario.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

namespace varde::load {

namespace {

namespace json = boost::json;

using setters = std::map<std::string_view, std::function<void(const json::value&)>>;

void read_object(const json::value& from, std::string_view what, const setters& known) {
  if (!from.is_object()) throw std::runtime_error(fmt::format("{} is not an object", what));
  for (const auto& [key, value] : from.get_object()) {
    const auto at = known.find(key);
    if (at == known.end()) {
      throw std::runtime_error(
          fmt::format("{} has \"{}\", which nobody knows", what, std::string_view(key)));
    }
    try {
      at->second(value);
    } catch (const boost::system::system_error&) {
      throw std::runtime_error(
          fmt::format("{}: \"{}\" is not of its kind", what, std::string_view(key)));
    }
  }
}

double number(const json::value& value, double least, double most) {
  const double read = value.to_number<double>();
  if (read < least || read > most) {
    throw std::runtime_error(fmt::format("{} is not between {} and {}", read, least, most));
  }
  return read;
}

std::size_t count(const json::value& value, std::size_t most) {
  return static_cast<std::size_t>(number(value, 0, static_cast<double>(most)));
}

std::string text(const json::value& value) { return json::value_to<std::string>(value); }

stream_kind kind(const json::value& value) {
  const std::string name = text(value);
  if (name == "signals") return stream_kind::signals;
  if (name == "heartbeats") return stream_kind::heartbeats;
  if (name == "silent") return stream_kind::silent;
  throw std::runtime_error(fmt::format("\"{}\" is not signals, heartbeats or silent", name));
}

std::vector<profile_step> profile(const json::value& value) {
  std::vector<profile_step> steps;
  for (const json::value& each : value.as_array()) {
    const json::array& pair = each.as_array();
    if (pair.size() != 2) throw std::runtime_error("a profile's step is [from, share]");
    steps.push_back(
        {number(pair[0], steps.empty() ? 0 : steps.back().from, 1), number(pair[1], 0, 1'000)});
  }
  return steps;
}

stream read_stream(const json::value& from) {
  constexpr double code_max = 9'999;
  stream one;
  const auto code = [](const json::value& v) {
    return static_cast<std::uint32_t>(number(v, 0, code_max));
  };
  read_object(
      from, "a stream",
      {{"name", [&](const json::value& v) { one.name = text(v); }},
       {"kind", [&](const json::value& v) { one.kind = kind(v); }},
       {"device_type", [&](const json::value& v) { one.device_type = code(v); }},
       {"status", [&](const json::value& v) { one.status = code(v); }},
       {"rate_per_s", [&](const json::value& v) { one.rate_per_s = number(v, 0, rate_per_s_max); }},
       {"saturate", [&](const json::value& v) { one.saturate = v.as_bool(); }},
       {"times_capacity",
        [&](const json::value& v) { one.times_capacity = number(v, 0, times_capacity_max); }},
       {"window", [&](const json::value& v) { one.window = count(v, window_max); }},
       {"connections", [&](const json::value& v) { one.connections = count(v, connections_max); }},
       {"municipality", [&](const json::value& v) { one.municipality = text(v); }},
       {"profile", [&](const json::value& v) { one.profile = profile(v); }},
       {"reconnect_at_s",
        [&](const json::value& v) { one.reconnect_at_s = number(v, 0, run_s_max); }}});
  return one;
}

}  // namespace

plan parse_scenario(std::string_view given) {
  boost::system::error_code error;
  const json::value root = json::parse(given, error);
  if (error) throw std::runtime_error("the scenario is not JSON: " + error.message());
  plan made;
  const auto consoles = [&](const json::value& from) {
    constexpr std::size_t consoles_max = 1'000;
    read_object(
        from, "consoles",
        {{"reading", [&](const json::value& v) { made.consoles_reading = count(v, consoles_max); }},
         {"slow", [&](const json::value& v) { made.consoles_slow = count(v, consoles_max); }},
         {"dead", [&](const json::value& v) { made.consoles_dead = count(v, consoles_max); }}});
  };
  read_object(root, "the scenario",
              {{"about", [](const json::value& v) { (void)text(v); }},
               {"seconds", [&](const json::value& v) { made.run_s = number(v, 0.1, run_s_max); }},
               {"watch", [&](const json::value& v) { made.watch = v.as_bool(); }},
               {"consoles", consoles},
               {"streams", [&](const json::value& v) {
                  for (const json::value& each : v.as_array()) {
                    made.streams.push_back(read_stream(each));
                  }
                }}});
  if (made.streams.empty()) throw std::runtime_error("the scenario has no streams");
  return made;
}

plan read_scenario(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(fmt::format("can't read {}", file.string()));
  std::ostringstream whole;
  whole << in.rdbuf();
  try {
    return parse_scenario(whole.str());
  } catch (const std::runtime_error& wrong) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), wrong.what()));
  }
}

}  // namespace varde::load
