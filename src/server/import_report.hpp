// What the commands that import have in common: reading a file of bounded size, and telling what is
// wrong in one.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <vector>

#include "registry/import.hpp"

namespace varde::server {

/// Of commands that import.
inline constexpr int exit_imported = 0;
inline constexpr int exit_bad_files = 1;
inline constexpr int exit_not_now = 2;

/// nullopt if it is too large or can't be read, which is then said on `errors`.
[[nodiscard]] std::optional<registry::import_file> read_import_file(
    const std::filesystem::path& path, std::ostream& errors);

/// One problem a line, and their number; exit_bad_files.
int report_problems(const std::vector<registry::import_problem>& problems, std::ostream& errors);

}  // namespace varde::server
