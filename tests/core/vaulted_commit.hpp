// What a vault gives back of a commit that it was handed.
#pragma once

#include "core/vault_port.hpp"
#include "ledger/entry.hpp"

namespace varde::test {

inline core::vaulted to_vaulted(core::vault_sequence sequence, const ledger::commit& c) {
  core::vaulted out{sequence, c.municipality, c.subject, c.expected_version, {}, {}};
  for (const auto& bytes : c.entries) out.entries.push_back(*ledger::parse_entry(bytes));
  return out;
}

/// A record that only says which earlier ones don't count any more.
inline core::vaulted only_withdrawing(core::vault_sequence sequence,
                                      std::vector<core::vault_sequence> withdrawn) {
  return {sequence, {}, {}, 0, {}, std::move(withdrawn)};
}

}  // namespace varde::test
