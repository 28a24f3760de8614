// Municipality sets in Redis: read whole, and written by compare-and-append, so that of two imports
// at once exactly one is taken.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "redis/connection.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// A municipality's sets that are kept for a look back, the newest with them: as many as these
/// bytes hold, since Redis loads them all at its start, but never fewer and never more than so
/// many.
inline constexpr std::size_t sets_kept_bytes = std::size_t{8} << 20;
inline constexpr std::size_t sets_kept_min = 2;
inline constexpr std::size_t sets_kept_max = 10;

struct stored_set {
  std::string municipality;
  std::string position;  // in its stream; "0-0": there is none yet
  v1::MunicipalitySet set;
};

/// The same as Redis keeps it, not parsed.
struct stored_bytes {
  std::string municipality;
  std::string position;
  std::string set;
};

/// All on the connection's thread; `done` is called once. Errors: store_unreachable, store_damaged.
/// A municipality without a set comes with position "0-0".
void load_set(redis::connection& connection, std::string municipality,
              std::function<void(base::result<stored_set>)> done);
void load_set_bytes(redis::connection& connection, std::string municipality,
                    std::function<void(base::result<stored_bytes>)> done);
/// All municipalities that have a set, in no order and one after the other: the next is asked for
/// when `take` returns, so that its keeper says how many are in memory. An error from it ends the
/// load.
void load_each_set(redis::connection& connection,
                   std::function<base::error_code(stored_bytes)> take,
                   std::function<void(base::error_code)> done);
/// All municipalities that Redis knows, in no order.
void load_all_sets(redis::connection& connection,
                   std::function<void(base::result<std::vector<stored_set>>)> done);

/// The newest sets of a municipality that are kept, the newest first.
void load_kept_sets(redis::connection& connection, std::string municipality,
                    std::function<void(base::result<std::vector<stored_set>>)> done);

/// Appends `next.set` if the newest one is still at `next.position`, and tells all nodes. Errors:
/// store_unreachable (the fate is unknown: load again), changed_meanwhile.
void write_set(redis::connection& connection, stored_set next,
               std::function<void(base::result<void>)> done);

}  // namespace varde::registry
