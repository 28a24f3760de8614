// Reading TOML by the table of keys, and the few rules that span several keys.
#include "server/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "redis/endpoint.hpp"
#include "server/config_table.hpp"

namespace varde::server {

namespace {

constexpr std::uintmax_t file_bytes_max = 1 << 20;

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

/// The value as the table wants it; nullopt if it has another type.
std::optional<config_value> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return config_value{text->get()};
  if (const auto* number = node.as_integer()) return config_value{number->get()};
  const auto* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& element : *list) {
    const auto* text = element.as_string();
    if (text == nullptr) return std::nullopt;
    texts.push_back(text->get());
  }
  return config_value{std::move(texts)};
}

void read_section(std::string_view section, const toml::table& table, config_outcome& out,
                  std::map<std::string, std::size_t>& lines) {
  for (const auto& [key, node] : table) {
    const auto name = fmt::format("{}.{}", section, key.str());
    lines[name] = line_of(node);
    const auto* row = find_key(name);
    if (row == nullptr) {
      out.problems.push_back({line_of(node), name,
                              fmt::format("unknown key; [{}] has {}", section, keys_of(section))});
      continue;
    }
    const auto value = value_of(node);
    if (!value || !row->put(out.values, *value))
      out.problems.push_back({line_of(node), name, fmt::format("must be {}", row->allowed)});
  }
}

/// Rules that need more than one key. `lines` knows where each key stands.
void check_together(const std::map<std::string, std::size_t>& lines, bool embedded,
                    config_outcome& out) {
  const auto blame = [&](const std::string& key, std::string what) {
    const auto at = lines.find(key);
    out.problems.push_back({at == lines.end() ? 0 : at->second, key, std::move(what)});
  };
  const auto& values = out.values;
  if (values.redis.url.empty() && !embedded)
    blame("redis.url", "is missing: say where Redis is, or start with --embedded");
  const auto redis = redis::parse_endpoint(values.redis.url);
  if (!values.redis.url.empty() && !redis)
    blame("redis.url",
          "must be unix:/path, redis://[user:password@]host[:port], "
          "sentinel://host[:port],…/master-name or cluster://host[:port],… (with TLS rediss://, "
          "sentinels:// or clusters://)");
  const bool sentinels = redis && redis->kind == redis::deployment::sentinel;
  if (!values.redis.sentinel_user.empty() && values.redis.sentinel_password_file.empty())
    blame("redis.sentinel_user", "needs redis.sentinel_password_file beside it");
  if (!values.redis.sentinel_password_file.empty() && !sentinels)
    blame("redis.sentinel_password_file",
          "is only of use with a redis.url of sentinel:// or sentinels://");
  const bool any_tls = !values.listen.https.empty() || !values.listen.scaip_tls.empty() ||
                       !values.listen.native.empty();
  if (any_tls && !embedded && values.tls.certificate.empty())
    blame("tls.certificate", "is missing: https, scaip_tls and native need it");
  if (values.tls.certificate.empty() != values.tls.key.empty())
    blame("tls.key", "certificate and key go together: give both or neither");
  if (values.vault.size_max_mb < 3 * values.vault.segment_mb)
    blame("vault.size_max_mb", "must be at least three times vault.segment_mb");
  if (values.lanes.reserved_for_life > values.lanes.slots)
    blame("lanes.reserved_for_life", "must not be more than lanes.slots");
}

void resolve_files(config& values, const std::filesystem::path& directory) {
  for (auto* name :
       {&values.node.data, &values.redis.ca_file, &values.redis.cert_file, &values.redis.key_file,
        &values.redis.password_file, &values.redis.sentinel_password_file, &values.tls.certificate,
        &values.tls.key, &values.tls.client_ca, &values.http.console_dir})
    if (!name->empty()) *name = (directory / *name).lexically_normal().string();
  for (auto& name : values.vault.directories) name = (directory / name).lexically_normal().string();
}

void check_readable(config_outcome& out) {
  const std::pair<const char*, const std::string*> files[] = {
      {"redis.ca_file", &out.values.redis.ca_file},
      {"redis.cert_file", &out.values.redis.cert_file},
      {"redis.key_file", &out.values.redis.key_file},
      {"redis.password_file", &out.values.redis.password_file},
      {"redis.sentinel_password_file", &out.values.redis.sentinel_password_file},
      {"tls.certificate", &out.values.tls.certificate},
      {"tls.key", &out.values.tls.key},
      {"tls.client_ca", &out.values.tls.client_ca}};
  for (const auto& [key, name] : files)
    if (!name->empty() && !std::ifstream{*name})
      out.problems.push_back({0, key, fmt::format("can't read the file {}", *name)});
}

}  // namespace

config_outcome parse_config(std::string_view toml, bool embedded) {
  config_outcome out;
  toml::table root;
  try {
    root = toml::parse(toml);
  } catch (const toml::parse_error& bad) {
    out.problems.push_back({bad.source().begin.line, "", std::string{bad.description()}});
    return out;
  }
  std::map<std::string, std::size_t> lines;
  for (const auto& [section, node] : root) {
    const auto* table = node.as_table();
    if (table == nullptr)
      out.problems.push_back({line_of(node), std::string{section.str()},
                              fmt::format("stands in no section; sections are {}", sections())});
    else if (!is_section(section.str()))
      out.problems.push_back({line_of(node), std::string{section.str()},
                              fmt::format("unknown section; sections are {}", sections())});
    else
      read_section(section.str(), *table, out, lines);
  }
  if (out.problems.empty()) check_together(lines, embedded, out);
  std::ranges::stable_sort(out.problems, {}, &config_problem::line);
  return out;
}

config_outcome load_config(const std::string& file, bool embedded) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  if (failure) return {{}, {{0, "", fmt::format("can't read it: {}", failure.message())}}};
  if (size > file_bytes_max)
    return {{}, {{0, "", fmt::format("is larger than {} bytes", file_bytes_max)}}};
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return {{}, {{0, "", "can't read it, or it is empty"}}};
  auto out = parse_config(text.str(), embedded);
  if (!out.problems.empty()) return out;
  resolve_files(out.values, std::filesystem::absolute(file).parent_path());
  check_readable(out);
  return out;
}

std::string describe(const config_problem& problem, std::string_view file) {
  std::string place{file};
  if (problem.line > 0) place += fmt::format(":{}", problem.line);
  if (!problem.key.empty()) place += fmt::format(": {}", problem.key);
  return fmt::format("{}: {}", place, problem.what);
}

}  // namespace varde::server
