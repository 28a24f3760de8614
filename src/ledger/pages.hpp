// Walking a ledger stream page by page. Internal to this room.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "ledger/entry.hpp"
#include "ledger/position.hpp"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

/// Calls `each` for every element after `from`, in order, then `done` with the last position. One
/// of a wrong shape ends the walk with unexpected_reply.
void walk(redis::connection& connection, const std::string& municipality, position from,
          std::function<void(const stream_element&)> each,
          std::function<void(base::result<position>)> done);

}  // namespace varde::ledger
