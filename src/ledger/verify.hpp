// Checking a ledger from outside the code that wrote it: the hash chain, the versions, and that the
// subjects' lists and the chain key agree with the stream.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ledger/position.hpp"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

enum class flaw : std::uint8_t {
  wrong_hash,     // an entry's hash does not follow from the one before it and its bytes
  unreadable,     // an entry's bytes are no entry of a known format
  foreign,        // an entry names another municipality
  version_gap,    // a subject's entry is not the next version after its entry before
  list_differs,   // a subject's list is shorter than its entries in the stream
  chain_differs,  // the chain key is not the newest entry's hash
};

[[nodiscard]] std::string_view to_text(flaw f) noexcept;

struct found_flaw {
  flaw what;
  position at;          // the entry; for list and chain: the newest entry read
  std::string subject;  // if it concerns one
};

struct chain_report {
  std::uint64_t entries = 0;
  std::uint64_t subjects = 0;
  std::string hash;                 // of the newest entry read; empty without entries
  std::optional<found_flaw> first;  // nullopt: the ledger is whole
};

/// Walks the whole stream while others may write to it. Holds one number per subject in memory.
void verify_chain(redis::connection& connection, const std::string& municipality,
                  std::function<void(base::result<chain_report>)> done);

}  // namespace varde::ledger
