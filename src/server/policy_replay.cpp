// Everything recorded before the time compared is folded as it was, so that both worlds begin with
// the cases that were open then.
#include "server/policy_replay.hpp"

#include <fmt/format.h>

#include <optional>
#include <ostream>

#include "alarm/ids.hpp"
#include "base/local_time.hpp"
#include "ledger/read.hpp"
#include "registry/import.hpp"
#include "server/import_report.hpp"
#include "server/policy_comparison.hpp"
#include "server/policy_world.hpp"
#include "server/stored_policies.hpp"

namespace varde::server {

namespace {

using namespace registry;

struct period {
  base::wall_time from, to;
};

/// Whole days; nullopt if one is none, which is then said.
std::optional<period> period_of(const policy_replay_request& request, std::ostream& errors) {
  const auto first = base::local_date(request.from);
  const auto last = request.to.empty() ? std::nullopt : base::local_date(request.to);
  if (!first || (!request.to.empty() && !last)) {
    errors << "--from and --to must be days like 2026-11-01\n";
    return std::nullopt;
  }
  const auto now = base::wall_now();
  const auto end =
      last ? base::from_local(*last + std::chrono::days{1}, std::chrono::microseconds{0}) : now;
  return period{base::from_local(*first, std::chrono::microseconds{0}), std::min(end, now)};
}

/// The municipality's view with another policy of its own.
std::shared_ptr<const set_view> view_with(v1::MunicipalitySet set, const v1::Policy& policy,
                                          const v1::Policy& defaults) {
  *set.mutable_policy() = policy;
  return set_view::make(std::move(set), defaults);
}

base::error_code play(blocking_store& store, const std::string& municipality, const period& when,
                      policy_world& now, policy_world& tried) {
  bool begun = false;
  const auto take = [&](const alarm::v1::Entry& entry) {
    const auto at = base::from_us(entry.at_us());
    if (at >= when.to) return;
    if (!begun && at >= when.from) {
      begun = true;
      now.begin(when.from);
      tried.begin(when.from);
    }
    for (auto* world : {&now, &tried}) begun ? world->take(entry) : world->remember(entry);
  };
  const auto end = store.wait_for<ledger::replay_end>(
      [&](redis::connection& connection, auto done) {
        ledger::replay(
            connection, municipality, {},
            [&](const alarm::v1::Entry& entry, ledger::position) { take(entry); }, std::move(done));
      },
      blocking_store::patience_of_long_work);
  if (!end) return end.error();
  if (begun)
    for (auto* world : {&now, &tried}) world->finish(when.to);
  return {};
}

}  // namespace

int run_policy_replay(const policy_replay_request& request, std::ostream& out,
                      std::ostream& errors) {
  const auto when = period_of(request, errors);
  const auto file = when ? read_import_file(request.file, errors) : std::nullopt;
  if (!file) return exit_bad_files;
  blocking_store store{request.where};
  stored_policies all;
  if (!all.load(store, request.where, errors)) return exit_not_now;
  const auto* chosen = all.choose(request.municipality, errors);
  if (chosen == nullptr) return exit_bad_files;
  if (chosen->municipality == alarm::centre) {
    errors << "replay a municipality: the shared defaults have no ledger of their own\n";
    return exit_bad_files;
  }
  const auto tried_policy = import_policy(*file, chosen->set);
  if (!tried_policy.problems.empty()) return report_problems(tried_policy.problems, errors);

  policy_world now{view_with(chosen->set, chosen->set.policy(), all.defaults())};
  policy_world tried{view_with(chosen->set, tried_policy.set.policy(), all.defaults())};
  if (const auto failure = play(store, chosen->municipality, *when, now, tried)) {
    errors << fmt::format("the ledger of {} can't be read: {}\n", chosen->municipality,
                          failure.message());
    return exit_not_now;
  }
  out << fmt::format("{} from {}{}: policy version {} (now) against {} (tried).\n",
                     name_of(chosen->set), request.from,
                     request.to.empty() ? "" : " to " + request.to, chosen->set.version(),
                     request.file)
      << compare(now, tried);
  return exit_imported;
}

}  // namespace varde::server
