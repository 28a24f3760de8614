// What the engine needs of a vault, as an interface, so that the same engine runs on a disk and on
// a model of one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/commit.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::core {

/// Counts a vault's records, from 1, without a gap.
using vault_sequence = std::uint64_t;

/// One record: a commit as it was decided. One without entries only says which earlier ones don't
/// count any more.
struct vaulted {
  vault_sequence sequence = 0;
  std::string municipality;
  std::string subject;
  std::uint64_t expected_version = 0;
  std::vector<alarm::v1::Entry> entries;
  /// Records whose entries the ledger refused: their inputs were decided again.
  std::vector<vault_sequence> withdrawn;
};

/// Called and answering on the engine's thread. Every call is answered exactly once, possibly
/// before it returns.
class vault_port {
 public:
  virtual ~vault_port() = default;
  /// Puts on disk which records don't count any more, and one record a commit, in their order; with
  /// neither, a record that only shows whether the disk takes one. The answer is the sequence of
  /// the last, or why they are not on disk.
  virtual void append(const std::vector<ledger::commit>& commits,
                      std::vector<vault_sequence> withdrawn,
                      std::function<void(base::result<vault_sequence>)> done) = 0;
  /// The records from `from` on, oldest first, at most `most`.
  virtual void read(vault_sequence from, std::size_t most,
                    std::function<void(base::result<std::vector<vaulted>>)> done) = 0;
  /// Everything up to and including `upto` is in the ledger, and no failover can forget it.
  virtual void confirm(vault_sequence upto) = 0;
  /// The first record that the ledger may be without, as far as is known at the start.
  [[nodiscard]] virtual vault_sequence doubtful_from() const = 0;
};

}  // namespace varde::core
