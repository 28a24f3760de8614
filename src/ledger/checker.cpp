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
  check_let_go(subject, entry, at);
  check_signal(subject, entry, at);
  check_hold(subject, entry, at);
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

void checker::check_signal(subject_history& subject, const Entry& entry, position at) {
  const auto* signal = carried_signal(entry);
  if (signal == nullptr) return;
  const auto key = signal_key(*signal);
  auto is = standing::settled;
  if (entry.has_signal_held()) {
    is = standing::held;
    subject.held[signal->id()] = key;
  } else if (entry.has_signal_recorded() && entry.signal_recorded().has_by()) {
    is = standing::kept_back;
  }
  const place here{entry.municipality() + '/' + entry.subject(), entry.version(), is};
  const auto [first, fresh] = signals_.try_emplace(key, here);
  if (fresh) return;
  auto& before = first->second;
  const bool may_move = before.is == standing::let_go || before.is == standing::kept_back;
  const bool to_case = entry.has_case_opened() || entry.has_alarm_joined();
  if (may_move && to_case && before.subject == here.subject)
    before = here;
  else
    complain(
        breach::signal_twice, entry, at,
        fmt::format("{}, also in version {} of {}", first->first, before.version, before.subject));
}

void checker::check_hold(subject_history& subject, const Entry& entry, position at) {
  if (!entry.has_hold_ended()) return;
  const auto& ended = entry.hold_ended();
  const auto held = subject.held.find(ended.held_signal());
  if (held == subject.held.end()) return complain(breach::not_held, entry, at, ended.held_signal());
  const bool restored = ended.how() == HOLD_END_RESTORED;
  signals_.at(held->second).is = restored ? standing::settled : standing::let_go;
  if (!restored) subject.let_go = held->second;
  subject.held.erase(held);
}

/// What was let go becomes a case in the next entry, before which one may be opened again for it.
void checker::check_let_go(subject_history& subject, const Entry& entry, position at) {
  if (subject.let_go.empty() || entry.has_reopened()) return;
  const auto expected = std::exchange(subject.let_go, {});
  const auto* signal = carried_signal(entry);
  const bool to_case = entry.has_case_opened() || entry.has_alarm_joined();
  if (signal == nullptr || !to_case || signal_key(*signal) != expected)
    complain(breach::hold_without_case, entry, at, expected);
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
