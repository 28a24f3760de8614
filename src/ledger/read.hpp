// Reading the ledger: one subject's entries by its place, and a municipality's entries from a
// position on. All on the connection's thread; the connection must outlive the reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/position.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

/// Elements of a stream in one answer of Redis, each with what one call appended, so that a long
/// history hardly holds up an alarm's commit.
inline constexpr std::size_t page_elements_max = 64;

inline constexpr std::uint64_t newest_version = std::numeric_limits<std::uint64_t>::max();

using entries_handler = std::function<void(base::result<std::vector<alarm::v1::Entry>>)>;

/// The subject's entries of versions `from`…`to`, both included, from 1; fewer if the subject has
/// fewer. Reads from the newest back, however few are wanted of the oldest. Needs the function
/// library (`writer::load_function`). Fails with Redis's errors, unreadable_entry, missing_entry or
/// unexpected_reply.
void read_subject(redis::connection& connection, const std::string& municipality,
                  const std::string& subject, std::uint64_t from, std::uint64_t to,
                  entries_handler done);

struct replay_end {
  position last;               // of the newest entry read, or where the replay began
  std::size_t entries = 0;     // handed over
  std::size_t unreadable = 0;  // left out and logged, since one bad entry must not hide the others
};

using entry_handler = std::function<void(const alarm::v1::Entry& entry, position at)>;

/// Hands every entry after `from` to `handler`, in order, until there are no more.
void replay(redis::connection& connection, const std::string& municipality, position from,
            entry_handler handler, std::function<void(base::result<replay_end>)> done);

}  // namespace varde::ledger
