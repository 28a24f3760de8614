// Each entry is looked at from several sides: its place in its subject's history, its signal, its
// command, its lease, and its case.
#include "ledger/checker.hpp"

#include <fmt/format.h>

#include <utility>

#include "ledger/entry_ids.hpp"

namespace varde::ledger {

using namespace alarm::v1;

checker::checker(breach_handler found) : found_(std::move(found)) {}

void checker::take(const Entry& entry, position at) {
  auto& municipality = municipalities_[entry.municipality()];
  auto& subject = municipality.subjects[entry.subject()];
  auto& counts = municipality.counts;
  ++counts.entries;
  counts.signals += carried_signal(entry) != nullptr;
  counts.commands += !entry.command_id().empty();
  counts.cases += entry.has_case_opened();
  counts.visits += entry.has_visit_offered();
  counts.leases += entry.has_lease_taken();
  counts.outage_deeds += entry.has_handled_in_outage();
  counts.unknown += entry.body_case() == Entry::BODY_NOT_SET;

  check_history(subject, entry, at);
  check_signal(entry, at);
  check_command(subject, entry, at);
  check_lease(municipality, entry, at);
  if (!entry.case_id().empty())
    subject.cases[entry.case_id()].take(entry, [&](breach what, std::string detail) {
      complain(what, entry, at, std::move(detail));
    });
}

void checker::check_history(subject_history& subject, const Entry& entry, position at) {
  if (entry.version() != subject.version + 1)
    complain(breach::version_gap, entry, at, fmt::format("after version {}", subject.version));
  else if (entry.previous() != 0 && subject.tip != 0 && entry.previous() != subject.tip)
    complain(breach::history_parted, entry, at, {});
  subject.version = entry.version();
  subject.tip = tip_of(entry);
}

void checker::check_signal(const Entry& entry, position at) {
  const auto* signal = carried_signal(entry);
  if (signal == nullptr) return;
  const place here{entry.municipality() + '/' + entry.subject(), entry.version()};
  const auto [first, fresh] = signals_.try_emplace(signal_key(*signal), here);
  if (!fresh)
    complain(breach::signal_twice, entry, at,
             fmt::format("{}, also in version {} of {}", first->first, first->second.version,
                         first->second.subject));
}

void checker::check_command(subject_history& subject, const Entry& entry, position at) {
  if (entry.command_id().empty()) return;
  const auto [first, fresh] =
      subject.commands.try_emplace(entry.case_id() + '/' + entry.command_id(), entry.version());
  if (!fresh)
    complain(breach::command_twice, entry, at,
             fmt::format("{}, also in version {}", entry.command_id(), first->second));
}

void checker::check_lease(municipality_history& municipality, const Entry& entry, position at) {
  if (!entry.has_lease_taken()) return;
  if (entry.subject() != lease_subject)
    return complain(breach::lease_elsewhere, entry, at, entry.lease_taken().node());
  if (entry.version() <= municipality.lease)
    complain(breach::lease_not_rising, entry, at,
             fmt::format("{} after {}", entry.version(), municipality.lease));
  municipality.lease = entry.version();
}

void checker::complain(breach what, const Entry& entry, position at, std::string detail) const {
  found_({what, entry.municipality(), at, entry.subject(), entry.version(), std::move(detail)});
}

checked_counts checker::counts(const std::string& municipality) const {
  const auto found = municipalities_.find(municipality);
  if (found == municipalities_.end()) return {};
  auto counts = found->second.counts;
  counts.subjects = found->second.subjects.size();
  for (const auto& [name, subject] : found->second.subjects)
    for (const auto& [id, one] : subject.cases) counts.cases_open += one.is_open();
  return counts;
}

}  // namespace varde::ledger
