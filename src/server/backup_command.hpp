// `varde backup`: a consistent copy of everything that must outlive the machine, made beside
// running nodes.
#pragma once

#include <iosfwd>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::server {

struct backup_request {
  redis::endpoint where;
  std::string file;  // must not be there yet
};

/// Every municipality's ledger up to one place, and then registry, accounts, audit and whatever
/// else lies under `v:`, but not what is made anew: places, newest hashes, snapshots, hints to
/// other nodes, and who is signed in. The exit status: 0 copied, 1 copied, but a ledger's chain is
/// broken, 2 not copied. Blocks.
[[nodiscard]] int run_backup(const backup_request& request, std::ostream& out,
                             std::ostream& errors);

}  // namespace varde::server
