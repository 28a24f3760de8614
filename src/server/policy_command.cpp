// One conditional write, as for a whole import: of two changes at once exactly one is taken.
#include "server/policy_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "registry/effective_policy.hpp"
#include "registry/error.hpp"
#include "registry/import.hpp"
#include "registry/policy_json.hpp"
#include "server/import_report.hpp"
#include "server/stored_policies.hpp"

namespace varde::server {

namespace {

using namespace registry;

int write(blocking_store& store, stored_set next, std::ostream& out, std::ostream& errors) {
  next.set.set_version(next.set.version() + 1);
  const auto line =
      fmt::format("imported the policy of {}: {} rules; version {}\n", name_of(next.set),
                  next.set.policy().rules_size(), next.set.version());
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

/// The set of that version, among those that are kept.
base::result<std::vector<stored_set>> kept_sets(blocking_store& store,
                                                const std::string& municipality) {
  return store.wait_for<std::vector<stored_set>>([&](auto& connection, auto done) {
    load_kept_sets(connection, municipality, std::move(done));
  });
}

}  // namespace

int run_policy_import(const policy_import_request& request, std::ostream& out,
                      std::ostream& errors) {
  const auto file = read_import_file(request.file, errors);
  if (!file) return exit_bad_files;
  blocking_store store{request.where};
  stored_policies all;
  if (!all.load(store, request.where, errors)) return exit_not_now;
  auto* chosen = all.choose(request.municipality, errors);
  if (chosen == nullptr) return exit_bad_files;

  auto outcome = import_policy(*file, chosen->set);
  for (auto& problem : missing_teams(outcome, all.sets()))
    outcome.problems.push_back(std::move(problem));
  if (!outcome.problems.empty()) return report_problems(outcome.problems, errors);
  if (request.check_only) {
    out << fmt::format("good for {}: {} rules\n", name_of(outcome.set),
                       outcome.set.policy().rules_size());
    return exit_imported;
  }
  return write(store, {chosen->municipality, chosen->position, std::move(outcome.set)}, out,
               errors);
}

int run_policy_show(const policy_show_request& request, std::ostream& out, std::ostream& errors) {
  blocking_store store{request.where};
  stored_policies all;
  if (!all.load(store, request.where, errors)) return exit_not_now;
  const auto* chosen = all.choose(request.municipality, errors);
  if (chosen == nullptr) return exit_bad_files;
  v1::MunicipalitySet set = chosen->set;
  if (request.version != 0 && request.version != set.version()) {
    const auto kept = kept_sets(store, chosen->municipality);
    if (!kept) {
      errors << kept.error().message() << '\n';
      return exit_not_now;
    }
    const auto found = std::ranges::find_if(
        *kept, [&](const stored_set& one) { return one.set.version() == request.version; });
    if (found == kept->end()) {
      errors << fmt::format("version {} of {} is not kept any more\n", request.version,
                            name_of(set));
      return exit_bad_files;
    }
    set = found->set;
  }
  errors << fmt::format("{}, version {}{}\n", name_of(set), set.version(),
                        request.effective ? ", over the shared defaults" : "");
  out << policy_json(request.effective
                         ? effective_policy(set.policy(), all.defaults(), set.version())
                         : set.policy());
  return exit_imported;
}

}  // namespace varde::server
