// What is looked for is remembered first, and ticked off while the ledger goes by.
#include "ledger/vault_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "ledger/entry_ids.hpp"

namespace varde::ledger {

namespace {

using namespace alarm::v1;

std::string slot_key(std::string_view municipality, std::string_view subject,
                     std::uint64_t version) {
  return fmt::format("{}/{}/{}", municipality, subject, version);
}

std::string command_key(const Entry& entry) {
  return fmt::format("{}/{}/{}", entry.municipality(), entry.subject(), entry.command_id());
}

std::uint64_t digest_of(std::string_view bytes) {
  const auto digest = base::sha256(bytes);
  std::uint64_t first = 0;
  std::memcpy(&first, digest.data(), sizeof first);
  return first;
}

}  // namespace

void vault_check::expect(std::uint64_t sequence, std::string_view record) {
  v1::VaultedCommit commit;
  if (!commit.ParseFromArray(record.data(), static_cast<int>(record.size())) ||
      commit.format() == 0 || commit.format() > vaulted_format) {
    ++counts_.lost;
    return found_({breach::unreadable_vaulted, {}, {}, {}, 0, {}});
  }
  for (const auto earlier : commit.withdrawn()) withdrawn_.emplace(vault_, earlier);
  if (commit.entries().empty()) return;
  if (!municipality_.empty() && commit.municipality() != municipality_) return;
  ++counts_.commits;
  for (const auto& entry : commit.entries()) expect({vault_, sequence}, commit, entry);
}

void vault_check::expect(record_id record, const v1::VaultedCommit& commit, const Entry& entry) {
  expected one{.record = record,
               .municipality = commit.municipality(),
               .subject = commit.subject(),
               .version = entry.version(),
               .digest = digest_of(entry.SerializeAsString())};
  if (const auto* signal = carried_signal(entry)) {
    one.what = kind::signal;
    one.id = signal_key(*signal);
    signals_.try_emplace(one.id, false);
  } else if (!entry.command_id().empty()) {
    one.id = command_key(entry);
    commands_.try_emplace(one.id, false);
  } else {
    one.what = kind::may_lapse;
  }
  slots_[slot_key(one.municipality, one.subject, one.version)].expected.push_back(expected_.size());
  expected_.push_back(std::move(one));
}

void vault_check::take(const Entry& entry, std::string_view bytes) {
  find_at_place(entry, bytes, false);
  if (const auto* signal = carried_signal(entry))
    if (const auto found = signals_.find(signal_key(*signal)); found != signals_.end())
      found->second = true;
  if (!entry.command_id().empty())
    if (const auto found = commands_.find(command_key(entry)); found != commands_.end())
      found->second = true;
  if (entry.has_handled_in_outage()) {
    const auto& deed = entry.handled_in_outage().entry();
    find_at_place(deed, deed.SerializeAsString(), true);
  }
}

void vault_check::find_at_place(const Entry& entry, std::string_view bytes, bool as_deed) {
  const auto here = slots_.find(slot_key(entry.municipality(), entry.subject(), entry.version()));
  if (here == slots_.end()) return;
  if (!as_deed) here->second.taken = true;
  const auto digest = digest_of(bytes);
  for (const auto i : here->second.expected) {
    if (expected_[i].digest != digest) continue;
    expected_[i].found = true;
    expected_[i].is_deed = as_deed;
  }
}

bool vault_check::is_elsewhere(const expected& one) const {
  switch (one.what) {
    case kind::signal:
      return signals_.at(one.id);
    case kind::command:
      return commands_.at(one.id);
    case kind::may_lapse:
      return false;
  }
  return false;
}

bool vault_check::is_withdrawn(const expected& one) const {
  return one.what != kind::signal && withdrawn_.contains(one.record);
}

bool vault_check::is_overtaken(const expected& one) const {
  return one.what != kind::signal &&
         slots_.at(slot_key(one.municipality, one.subject, one.version)).taken;
}

bool vault_check::misses() const {
  return std::ranges::any_of(expected_, [this](const expected& one) {
    return !one.found && !is_elsewhere(one) && !is_withdrawn(one) && !is_overtaken(one);
  });
}

vault_counts vault_check::finish() {
  for (const auto& one : expected_) {
    ++counts_.entries;
    if (one.found) {
      ++(one.is_deed ? counts_.outage_deeds : counts_.as_vaulted);
    } else if (is_elsewhere(one)) {
      ++counts_.decided_again;
    } else if (is_withdrawn(one)) {
      ++counts_.withdrawn;
    } else if (is_overtaken(one)) {
      ++counts_.overtaken;
    } else {
      ++counts_.lost;
      const bool signal = one.what == kind::signal;
      found_({signal ? breach::vaulted_signal_lost : breach::vaulted_entry_lost,
              one.municipality,
              {},
              one.subject,
              one.version,
              one.id});
    }
  }
  return counts_;
}

}  // namespace varde::ledger
