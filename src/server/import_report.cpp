// The size is looked at before the file is read.
#include "server/import_report.hpp"

#include <fmt/format.h>

#include <fstream>
#include <ostream>
#include <sstream>

namespace varde::server {

std::optional<registry::import_file> read_import_file(const std::filesystem::path& path,
                                                      std::ostream& errors) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (!failure && size > registry::import_bytes_max) {
    errors << path.string() << ": is larger than " << registry::import_bytes_max << " bytes\n";
    return std::nullopt;
  }
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (failure || !in) {
    errors << path.string() << ": can't read it\n";
    return std::nullopt;
  }
  return registry::import_file{path.string(), std::move(text).str()};
}

int report_problems(const std::vector<registry::import_problem>& problems, std::ostream& errors) {
  for (const auto& problem : problems) errors << describe(problem) << '\n';
  errors << fmt::format("{} problem{}; nothing was imported\n", problems.size(),
                        problems.size() == 1 ? "" : "s");
  return exit_bad_files;
}

}  // namespace varde::server
