// One row a key, grouped as the sections are.
#include "server/config_table.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "alarm/ids.hpp"
#include "lanes/lane.hpp"

namespace varde::server {

namespace {

using text_check = bool (*)(std::string_view);

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

template <class Section>
config_row text_row(std::string name, Section config::*section, std::string Section::*field,
                    std::string allowed, text_check check) {
  return {std::move(name), std::move(allowed),
          [=](config& into, const config_value& value) {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr || !check(*text)) return false;
            into.*section.*field = *text;
            return true;
          },
          [=](const config& from) { return quoted(from.*section.*field); }};
}

template <class Section>
config_row number_row(std::string name, Section config::*section, std::int64_t Section::*field,
                      std::int64_t min, std::int64_t max) {
  return {std::move(name), fmt::format("a whole number, {} to {}", min, max),
          [=](config& into, const config_value& value) {
            const auto* number = std::get_if<std::int64_t>(&value);
            if (number == nullptr || *number < min || *number > max) return false;
            into.*section.*field = *number;
            return true;
          },
          [=](const config& from) { return fmt::format("{}", from.*section.*field); }};
}

bool is_any(std::string_view) { return true; }
bool is_name(std::string_view text) { return alarm::is_plain_id(text); }
bool is_address_or_off(std::string_view text) { return text.empty() || is_host_and_port(text); }
bool is_policy(std::string_view text) {
  return text == "disk" || text == "disk+redis" || text == "disk+redis+replica";
}
bool is_some(std::string_view text) { return !text.empty(); }
bool is_log_format(std::string_view text) { return text == "plain" || text == "json"; }
bool is_log_level(std::string_view text) {
  constexpr std::array<std::string_view, 5> levels{"debug", "info", "warning", "error", "off"};
  return std::ranges::find(levels, text) != levels.end();
}

bool is_phone_or_empty(std::string_view text) {
  constexpr std::size_t characters_max = 20;
  return text.size() <= characters_max &&
         text.find_first_not_of("+ 0123456789") == std::string_view::npos;
}

/// "https://host[:port]" and nothing after it.
bool is_origin(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  return text.starts_with(scheme) && text.size() > scheme.size() &&
         text.find_first_of("/?#@* \t", scheme.size()) == std::string_view::npos;
}

template <class Section>
config_row list_row(std::string name, Section config::*section,
                    std::vector<std::string> Section::*field, std::string allowed,
                    text_check check) {
  return {std::move(name), std::move(allowed),
          [=](config& into, const config_value& value) {
            const auto* list = std::get_if<std::vector<std::string>>(&value);
            if (list == nullptr || !std::ranges::all_of(*list, check)) return false;
            into.*section.*field = *list;
            return true;
          },
          [=](const config& from) {
            std::vector<std::string> shown;
            for (const auto& item : from.*section.*field) shown.push_back(quoted(item));
            return fmt::format("[{}]", fmt::join(shown, ", "));
          }};
}

std::vector<config_row> make_table() {
  std::vector<config_row> rows;
  const auto text = [&rows](auto... parts) { rows.push_back(text_row(parts...)); };
  const auto number = [&rows](auto... parts) { rows.push_back(number_row(parts...)); };
  const auto file = [&](std::string name, auto section, auto field) {
    text(std::move(name), section, field, std::string{"the name of a file"}, &is_any);
  };
  const auto directory = [&](std::string name, auto section, auto field) {
    text(std::move(name), section, field, std::string{"the name of a directory"}, &is_any);
  };
  const auto address = [&](std::string name, std::string listen_config::*field) {
    text(std::move(name), &config::listen, field,
         std::string{"HOST:PORT with a numeric host, like 127.0.0.1:8443 or [::1]:8443, "
                     "or empty for off"},
         &is_address_or_off);
  };

  text("node.name", &config::node, &node_config::name,
       std::string{"1 to 40 letters, digits, - and _"}, &is_name);
  directory("node.data", &config::node, &node_config::data);

  text("redis.url", &config::redis, &redis_config::url,
       std::string{"unix:/path, or redis://…, sentinel://… or cluster://…, with TLS rediss://…, "
                   "sentinels://… or clusters://…"},
       &is_any);
  file("redis.ca_file", &config::redis, &redis_config::ca_file);
  file("redis.cert_file", &config::redis, &redis_config::cert_file);
  file("redis.key_file", &config::redis, &redis_config::key_file);
  file("redis.password_file", &config::redis, &redis_config::password_file);
  text("redis.sentinel_user", &config::redis, &redis_config::sentinel_user,
       std::string{"the name of an account of the sentinels"}, &is_any);
  file("redis.sentinel_password_file", &config::redis, &redis_config::sentinel_password_file);
  number("redis.reply_limit_ms", &config::redis, &redis_config::reply_limit_ms, 500, 60'000);

  address("listen.https", &listen_config::https);
  address("listen.scaip_udp", &listen_config::scaip_udp);
  address("listen.scaip_tcp", &listen_config::scaip_tcp);
  address("listen.scaip_tls", &listen_config::scaip_tls);
  address("listen.native", &listen_config::native);
  address("listen.metrics", &listen_config::metrics);

  file("tls.certificate", &config::tls, &tls_config::certificate);
  file("tls.key", &config::tls, &tls_config::key);
  file("tls.client_ca", &config::tls, &tls_config::client_ca);

  directory("http.console_dir", &config::http, &http_config::console_dir);
  rows.push_back(list_row("http.allowed_origins", &config::http, &http_config::allowed_origins,
                          "a list of origins, each https://HOST[:PORT]", &is_origin));
  text("http.centre_phone", &config::http, &http_config::centre_phone,
       std::string{"a telephone number: digits, + and spaces, or empty"}, &is_phone_or_empty);
  number("http.session_idle_min", &config::http, &http_config::session_idle_min, 1, 24 * 60);
  number("http.session_max_h", &config::http, &http_config::session_max_h, 1, 24);

  number("edge.threads", &config::edge, &edge_config::threads, 1, 64);
  number("edge.connections_max", &config::edge, &edge_config::connections_max, 1, 1'000'000);
  number("edge.handshakes_max", &config::edge, &edge_config::handshakes_max, 1, 1'000'000);
  number("edge.unidentified_max", &config::edge, &edge_config::unidentified_max, 1, 1'000'000);
  number("edge.waiting_max", &config::edge, &edge_config::waiting_max, 64, 1'000'000);
  number("edge.handshake_max_ms", &config::edge, &edge_config::handshake_max_ms, 100, 120'000);
  number("edge.message_max_ms", &config::edge, &edge_config::message_max_ms, 100, 120'000);
  number("edge.sip_idle_max_s", &config::edge, &edge_config::sip_idle_max_s, 10, 24 * 3'600);
  number("edge.native_window", &config::edge, &edge_config::native_window, 1, 65'536);
  number("edge.heartbeat_interval_s", &config::edge, &edge_config::heartbeat_interval_s, 1, 3'600);
  number("edge.unknown_burst", &config::edge, &edge_config::unknown_burst, 1, 10'000);
  number("edge.unknown_per_minute", &config::edge, &edge_config::unknown_per_minute, 1, 60'000);
  number("edge.drain_max_ms", &config::edge, &edge_config::drain_max_ms, 100, 60'000);

  constexpr auto slots_max = static_cast<std::int64_t>(lanes::slots_max);
  number("lanes.slots", &config::lanes, &lanes_config::slots, 64, slots_max);
  number("lanes.reserved_for_life", &config::lanes, &lanes_config::reserved_for_life, 1, slots_max);

  number("core.batch_inputs_max", &config::core, &core_config::batch_inputs_max, 1, 16'384);
  number("core.snapshot_every_s", &config::core, &core_config::snapshot_every_s, 1, 3'600);

  text("core.acknowledge", &config::core, &core_config::acknowledge,
       std::string{"\"disk\", \"disk+redis\" or \"disk+redis+replica\""}, &is_policy);
  number("core.replicas", &config::core, &core_config::replicas, 1, 16);
  number("core.replicas_limit_ms", &config::core, &core_config::replicas_limit_ms, 10, 10'000);
  number("core.patience_ms", &config::core, &core_config::patience_ms, 100, 60'000);
  number("core.recheck_s", &config::core, &core_config::recheck_s, 10, 24 * 3'600);

  rows.push_back(list_row("vault.directories", &config::vault, &vault_config::directories,
                          "a list of directories, best on different disks", &is_some));
  number("vault.keep_h", &config::vault, &vault_config::keep_h, 1, 24 * 31);
  number("vault.size_max_mb", &config::vault, &vault_config::size_max_mb, 16, 4'000'000);
  number("vault.segment_mb", &config::vault, &vault_config::segment_mb, 1, 256);

  text("log.format", &config::log, &log_config::format, std::string{"\"plain\" or \"json\""},
       &is_log_format);
  text("log.level", &config::log, &log_config::level,
       std::string{"\"debug\", \"info\", \"warning\", \"error\" or \"off\""}, &is_log_level);
  return rows;
}

const std::vector<config_row>& table() {
  static const std::vector<config_row> rows = make_table();
  return rows;
}

std::string_view section_of(const config_row& row) {
  return std::string_view{row.name}.substr(0, row.name.find('.'));
}

}  // namespace

const config_row* find_key(std::string_view name) {
  const auto at = std::ranges::find(table(), name, &config_row::name);
  return at == table().end() ? nullptr : &*at;
}

bool is_section(std::string_view name) {
  return std::ranges::find(table(), name, section_of) != table().end();
}

std::string sections() {
  std::vector<std::string_view> names;
  for (const auto& row : table())
    if (names.empty() || names.back() != section_of(row)) names.push_back(section_of(row));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string keys_of(std::string_view section) {
  std::vector<std::string_view> names;
  for (const auto& row : table())
    if (section_of(row) == section)
      names.push_back(std::string_view{row.name}.substr(section.size() + 1));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<config_key> config_keys() {
  const config fallback;
  std::vector<config_key> keys;
  for (const auto& row : table()) keys.push_back({row.name, row.allowed, row.show(fallback)});
  return keys;
}

bool is_host_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, failure] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (failure != std::errc{} || end != port_text.data() + port_text.size()) return false;
  const auto host = text.substr(0, colon);
  in6_addr scratch{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return inet_pton(AF_INET6, std::string{host.substr(1, host.size() - 2)}.c_str(), &scratch) == 1;
  return inet_pton(AF_INET, std::string{host}.c_str(), &scratch) == 1;
}

}  // namespace varde::server
