// Reading the files, asking Redis what the others have, and one conditional write.
#include "server/import_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>

#include "registry/error.hpp"
#include "registry/import.hpp"
#include "registry/set_store.hpp"
#include "server/blocking_store.hpp"
#include "server/import_report.hpp"

namespace varde::server {

namespace {

using namespace registry;

std::optional<import_outcome> read_path(const std::filesystem::path& path, std::ostream& errors) {
  if (!std::filesystem::is_directory(path)) {
    const auto file = read_import_file(path, errors);
    return file ? std::optional{import_json(*file)} : std::nullopt;
  }
  std::vector<import_file> files;
  for (const auto& entry : std::filesystem::directory_iterator{path}) {
    if (entry.path().extension() != ".csv") continue;
    auto file = read_import_file(entry.path(), errors);
    if (!file) return std::nullopt;
    files.push_back(std::move(*file));
  }
  std::ranges::sort(files, {}, &import_file::name);
  return import_csv(files);
}

std::string summary(const v1::MunicipalitySet& set) {
  return fmt::format("{} {}: {} households, {} residents, {} devices, {} teams, {} plans",
                     set.municipality().id(), set.municipality().name(), set.households_size(),
                     set.residents_size(), set.devices_size(), set.teams_size(), set.plans_size());
}

int write_outcome(import_outcome outcome, const redis::endpoint& where, std::ostream& out,
                  std::ostream& errors) {
  blocking_store store{where};
  if (!store.connect()) {
    errors << fmt::format("Redis at {} does not answer: {}\n", redis::describe(where),
                          store.why_not());
    return exit_not_now;
  }
  const auto stored = store.wait_for<std::vector<stored_set>>(
      [](auto& connection, auto done) { load_all_sets(connection, std::move(done)); });
  if (!stored) {
    errors << stored.error().message() << '\n';
    return exit_not_now;
  }
  stored_set next{outcome.set.municipality().id(), "0-0", {}};
  std::uint64_t version = 0;
  std::vector<const v1::MunicipalitySet*> others;
  for (const auto& one : *stored) {
    others.push_back(&one.set);
    if (one.municipality != next.municipality) continue;
    next.position = one.position;
    version = one.set.version();
    // Files that say nothing of a policy leave the one that counts as it is.
    if (!outcome.set.has_policy() && one.set.has_policy())
      *outcome.set.mutable_policy() = one.set.policy();
  }
  for (const auto& problems : {clashes_with(outcome, others), missing_teams(outcome, others)})
    if (!problems.empty()) return report_problems(problems, errors);
  next.set = std::move(outcome.set);
  next.set.set_version(version + 1);
  const auto line = fmt::format("imported {}; version {}\n", summary(next.set), version + 1);
  const auto written = store.wait_for<void>([&next](auto& connection, auto done) {
    write_set(connection, std::move(next), std::move(done));
  });
  if (!written) {
    errors << written.error().message() << '\n';
    return exit_not_now;
  }
  out << line;
  return exit_imported;
}

}  // namespace

int run_import(const import_request& request, std::ostream& out, std::ostream& errors) {
  auto outcome = read_path(request.path, errors);
  if (!outcome) return exit_bad_files;
  if (!outcome->problems.empty()) return report_problems(outcome->problems, errors);
  if (request.check_only) {
    out << "good: " << summary(outcome->set) << '\n';
    return exit_imported;
  }
  return write_outcome(std::move(*outcome), request.where, out, errors);
}

}  // namespace varde::server
