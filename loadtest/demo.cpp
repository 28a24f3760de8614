// Reading demo.json, and the check that stands between the generator and somebody else's server.
#include "demo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace varde::load {

namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
  std::vector<std::string> texts;
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return texts;
  for (const json::value& each : value->get_array()) {
    if (each.is_string()) texts.emplace_back(each.get_string());
  }
  return texts;
}

const json::array& array_of(const json::object& object, std::string_view key) {
  static const json::array none;
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::string file_of(const json::object& object, std::string_view key,
                    const std::filesystem::path& base) {
  const std::string name = text_of(object, key);
  return name.empty() ? name : (base / name).string();
}

}  // namespace

std::string target::text() const {
  return address.is_v6() ? fmt::format("[{}]:{}", address.to_string(), port)
                         : fmt::format("{}:{}", address.to_string(), port);
}

demo parse_demo(std::string_view text, const std::filesystem::path& base) {
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error || !root.is_object()) throw std::runtime_error("demo.json is not a JSON object");
  const json::object& top = root.get_object();
  demo read{.https = text_of(top, "https"),
            .scaip_udp = text_of(top, "scaip_udp"),
            .scaip_tcp = text_of(top, "scaip_tcp"),
            .native_tls = text_of(top, "native_tls"),
            .ca_file = file_of(top, "ca", base),
            .redis_socket = base / "redis" / "redis.sock",
            .native_devices = {},
            .scaip_devices = {},
            .operators = {}};
  for (const json::value& each : array_of(top, "devices")) {
    if (!each.is_object()) continue;
    const json::object& device = each.get_object();
    demo_device one{.id = text_of(device, "id"),
                    .municipality = text_of(device, "municipality"),
                    .digest_user = text_of(device, "digest_user"),
                    .digest_password = text_of(device, "digest_password"),
                    .certificate = file_of(device, "certificate", base),
                    .key = file_of(device, "key", base),
                    .secret = text_of(device, "secret")};
    // One device a resident makes one case a device, which is what the audit counts by; a
    // household's stay out.
    if (text_of(device, "resident").empty() && device.contains("resident")) continue;
    auto& list = text_of(device, "protocol") == "native" ? read.native_devices : read.scaip_devices;
    list.push_back(std::move(one));
  }
  for (const json::value& each : array_of(top, "sign_ins")) {
    if (!each.is_object() || text_of(each.get_object(), "role") != "operator") continue;
    const json::object& sign_in = each.get_object();
    read.operators.push_back({.user = text_of(sign_in, "user"),
                              .password = text_of(sign_in, "password"),
                              .municipalities = texts_of(sign_in, "municipalities")});
  }
  return read;
}

demo read_demo(const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? path / "demo.json" : path;
  std::ifstream in(file);
  if (!in) {
    throw std::runtime_error(fmt::format(
        "can't read {}: give the directory that `varde demo --data` uses", file.string()));
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse_demo(text.str(), file.parent_path());
}

target loopback_target(const std::string& host_port, std::string_view what) {
  const auto colon = host_port.rfind(':');
  std::string host = host_port.substr(0, colon == std::string::npos ? 0 : colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  target found{.address = boost::asio::ip::make_address(host, error), .port = 0};
  const char* const end = host_port.data() + host_port.size();
  const bool has_port = colon != std::string::npos &&
                        std::from_chars(host_port.data() + colon + 1, end, found.port).ptr == end &&
                        found.port != 0;
  if (error || !has_port) {
    throw std::runtime_error(fmt::format("{}: \"{}\" is not ADDRESS:PORT", what, host_port));
  }
  if (!found.address.is_loopback()) {
    throw std::runtime_error(fmt::format(
        "{}: {} is not a loopback address; this program only loads a server on its own machine",
        what, host_port));
  }
  return found;
}

std::vector<demo_operator> operators_for(const demo& all, const std::vector<demo_device>& devices) {
  std::set<std::string> unseen;
  for (const demo_device& device : devices) unseen.insert(device.municipality);
  const auto adds = [&unseen](const demo_operator& one) {
    return std::ranges::count_if(one.municipalities,
                                 [&](const std::string& id) { return unseen.contains(id); });
  };
  std::vector<demo_operator> chosen;
  while (!unseen.empty()) {
    const auto best = std::ranges::max_element(all.operators, {}, adds);
    if (best == all.operators.end() || adds(*best) == 0) {
      throw std::runtime_error("no operator in demo.json sees municipality " + *unseen.begin());
    }
    chosen.push_back(*best);
    for (const std::string& id : best->municipalities) unseen.erase(id);
  }
  return chosen;
}

}  // namespace varde::load
