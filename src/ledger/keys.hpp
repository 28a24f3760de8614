// The names of the ledger's keys. The municipality is the hash tag, so that all keys of one
// municipality live on one node of a cluster and one function call can touch them together.
#pragma once

#include <string>
#include <string_view>

namespace varde::ledger {

/// Stream of entries: fields `e` (serialized alarm.v1.Entry) and `h` (chain hash, hex).
[[nodiscard]] std::string ledger_key(std::string_view municipality);
/// String: the chain hash of the newest entry.
[[nodiscard]] std::string chain_key(std::string_view municipality);
/// List of stream ids, one per entry of the subject: its length is the subject's version.
[[nodiscard]] std::string subject_key(std::string_view municipality, std::string_view subject);
/// Hash: `position` and `state`.
[[nodiscard]] std::string snapshot_key(std::string_view municipality);

}  // namespace varde::ledger
