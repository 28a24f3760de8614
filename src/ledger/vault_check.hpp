// Comparing what nodes have on their own disks with what the ledger says: whatever a vault holds
// must be in the ledger, at its place or decided again at another. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/breach.hpp"
#include "varde/alarm/v1/entry.pb.h"
#include "varde/ledger/v1/vaulted.pb.h"

namespace varde::ledger {

/// The newest format of a vaulted commit this node writes and reads.
inline constexpr std::uint32_t vaulted_format = 1;

struct vault_counts {
  std::uint64_t commits = 0;
  std::uint64_t entries = 0;
  std::uint64_t as_vaulted = 0;     // in the ledger at their place, byte for byte
  std::uint64_t decided_again = 0;  // their signal or command is in the ledger elsewhere
  std::uint64_t outage_deeds = 0;   // kept as deeds of an outage
  /// Commands that the node itself took back, since the ledger refused them: whoever asked was
  /// told.
  std::uint64_t withdrawn = 0;
  /// Commands and timers that came second: another node had written that version first, and on what
  /// it wrote there was nothing left to do. Signals are never among either.
  std::uint64_t overtaken = 0;
  std::uint64_t lost = 0;
};

/// First all vaults are read, then the ledger, so that what is committed meanwhile is found. Holds
/// the vaults' ids and digests in memory, not their entries.
class vault_check {
 public:
  /// Of one municipality, or of all if it is empty.
  explicit vault_check(breach_handler found, std::string municipality = {})
      : found_(std::move(found)), municipality_(std::move(municipality)) {}

  /// The records that follow are of another vault, with sequences of its own.
  void begin_vault() { ++vault_; }
  /// One record of a vault; the same one in several vaults counts in each.
  void expect(std::uint64_t sequence, std::string_view record);
  /// Every entry of the ledger, with its bytes as they lie there.
  void take(const alarm::v1::Entry& entry, std::string_view bytes);
  /// True while something expected was not found.
  [[nodiscard]] bool misses() const;
  /// Says what is missing. Once, at the end.
  vault_counts finish();

 private:
  enum class kind : std::uint8_t { signal, command, may_lapse };
  using record_id = std::pair<std::uint64_t, std::uint64_t>;  // vault and sequence
  struct expected {
    record_id record;
    std::string municipality, subject;
    std::uint64_t version = 0;
    std::uint64_t digest = 0;
    kind what = kind::command;
    std::string id;  // key into signals_ or commands_
    bool found = false;
    bool is_deed = false;
  };
  /// A place in the ledger: who is expected there, and whether it is taken.
  struct slot {
    std::vector<std::size_t> expected;  // indices
    bool taken = false;
  };

  void expect(record_id record, const v1::VaultedCommit& commit, const alarm::v1::Entry& entry);
  void find_at_place(const alarm::v1::Entry& entry, std::string_view bytes, bool as_deed);
  [[nodiscard]] bool is_elsewhere(const expected& one) const;
  [[nodiscard]] bool is_withdrawn(const expected& one) const;
  /// Its place is another's, and it was no signal.
  [[nodiscard]] bool is_overtaken(const expected& one) const;

  const breach_handler found_;
  const std::string municipality_;
  std::uint64_t vault_ = 0;
  std::vector<expected> expected_;
  std::set<record_id> withdrawn_;
  std::unordered_map<std::string, slot> slots_;    // "<municipality>/<subject>/<version>"
  std::unordered_map<std::string, bool> signals_;  // signal key → seen in the ledger
  std::unordered_map<std::string, bool>
      commands_;  // "<municipality>/<subject>/<command id>" → same
  vault_counts counts_;
};

}  // namespace varde::ledger
