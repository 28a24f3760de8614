// Reading a vault's directories from outside, without a lock and without changing anything: for
// `varde ledger verify`, on a copy, a stopped node or a running one.
#pragma once

#include <string>
#include <vector>

#include "vault/log.hpp"

namespace varde::vault {

struct inspection {
  std::uint64_t records = 0;
  sequence first = 0, last = 0;  ///< 0 if there are none
  /// Bytes behind the last sound record; what a recovery would cut. On a running node, a write that
  /// was under way.
  std::uint64_t torn_bytes = 0;
  std::string fault;  ///< what is wrong, as a sentence; empty if it is sound
};

/// Calls `each` for every record, oldest first; of a vault with a fault, for those before it is
/// found. Any thread. Fails with `unknown_format`, or `unreadable` if no directory is there.
[[nodiscard]] base::result<inspection> inspect(const std::vector<std::string>& directories,
                                               const log::reader& each);

}  // namespace varde::vault
