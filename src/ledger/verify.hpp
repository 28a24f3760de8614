// Checking a ledger from outside the code that wrote it: the hash chain, the versions, and that the
// subjects' places and the newest hash agree with the stream.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ledger/position.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

enum class flaw : std::uint8_t {
  wrong_hash,     // a hash does not follow from the one before it and the entries since
  unreadable,     // an entry's bytes are no entry of a known format
  foreign,        // an entry names another municipality
  version_gap,    // a subject's entry is not the next version after its entry before
  place_differs,  // a subject's place, a line of an element, or an old list names other entries
  chain_differs,  // the hash beside the places is not the newest element's
};

[[nodiscard]] std::string_view to_text(flaw f) noexcept;
/// The enumerator's name.
[[nodiscard]] std::string_view to_code(flaw f) noexcept;

struct found_flaw {
  flaw what;
  position at;          // the element; for what is beside the stream: the newest one read
  std::string subject;  // if it concerns one
};

/// Who wants to see more than the report. Empty handlers are not called.
struct chain_observer {
  /// Every entry that can be read, in order, with its element and its bytes as they lie in it.
  std::function<void(const alarm::v1::Entry& entry, position at, std::string_view bytes)> entry;
  std::function<void(const found_flaw& found)> flaw;
};

struct chain_report {
  std::uint64_t entries = 0;
  std::uint64_t subjects = 0;
  std::string hash;  // the newest one read; empty without entries
  std::uint64_t flaws = 0;
  std::optional<found_flaw> first;  // nullopt: the ledger is whole
  position last;                    // of the newest entry read
};

/// Walks the whole stream while others may write to it. Holds a few numbers per subject in
/// memory.
void verify_chain(redis::connection& connection, const std::string& municipality,
                  std::function<void(base::result<chain_report>)> done);
void verify_chain(redis::connection& connection, const std::string& municipality,
                  chain_observer observer, std::function<void(base::result<chain_report>)> done);

}  // namespace varde::ledger
