// A scenario is a run written down: its streams, its consoles, how long. The files are under
// loadtest/scenarios.
#pragma once

#include <filesystem>
#include <string_view>

#include "plan.hpp"

namespace varde::load {

/// The plan that a scenario's JSON text asks for. Throws std::runtime_error with a sentence that
/// names what is wrong, also for a key that nobody knows.
[[nodiscard]] plan parse_scenario(std::string_view text);
/// The same from a file.
[[nodiscard]] plan read_scenario(const std::filesystem::path& file);

}  // namespace varde::load
