// A municipality's state at one position of its ledger, kept in Redis beside it: a start loads it
// and replays only what came after. It is a shortcut, never the truth; without it the start is
// slower.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "ledger/position.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

/// The newest snapshot format this node writes and reads.
inline constexpr std::uint32_t snapshot_format = 1;

struct snapshot {
  position at;  // the state includes this entry and all before it
  std::map<std::string, alarm::v1::SubjectState> subjects;
};

/// Replaces the municipality's snapshot, position and state together. A snapshot larger than the
/// connection's bound on bytes in flight is refused with too_many_in_flight.
void save_snapshot(redis::connection& connection, const std::string& municipality,
                   const snapshot& state, std::function<void(base::error_code)> done);

/// nullopt if there is none. Fails with unreadable_snapshot if this version can't read it; then
/// replay from the beginning.
void load_snapshot(redis::connection& connection, const std::string& municipality,
                   std::function<void(base::result<std::optional<snapshot>>)> done);

}  // namespace varde::ledger
