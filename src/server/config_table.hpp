// The table of all configuration keys: name, what is allowed, and where the value goes. The loader,
// its messages and the test of the documentation all read this one table.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config.hpp"

namespace varde::server {

using config_value = std::variant<std::string, std::int64_t, std::vector<std::string>>;

struct config_row {
  std::string name;     // "section.key"
  std::string allowed;  // in words, to follow "must be"
  /// False if the value has the wrong type or is out of range; then nothing was put.
  std::function<bool(config&, const config_value&)> put;
  /// As it is written in TOML.
  std::function<std::string(const config&)> show;
};

/// nullptr if there is no such key.
[[nodiscard]] const config_row* find_key(std::string_view name);
[[nodiscard]] bool is_section(std::string_view name);
/// "node, redis, …"
[[nodiscard]] std::string sections();
/// "https, scaip_udp, …"
[[nodiscard]] std::string keys_of(std::string_view section);

}  // namespace varde::server
