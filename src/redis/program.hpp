// Finding the redis-server program and asking it for its version before it is trusted with
// anything.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace varde::redis {

/// The program's absolute path, looked for on the PATH if `name` holds no slash. nullopt if there
/// is none.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name);

/// The version it states with --version, e.g. "7.0.15". Empty if it does not.
[[nodiscard]] std::string stated_version(const std::filesystem::path& program);

}  // namespace varde::redis
