// When a device hears "received": the one word of policy that an administrator chooses.
#pragma once

#include <cstdint>

namespace varde::core {

/// Where a signal must be before its device hears "received". While the ledger is away every policy
/// is `disk`, and every screen says so.
enum class acknowledgement : std::uint8_t {
  disk,                // this node's vault
  disk_redis,          // and the ledger
  disk_redis_replica,  // and enough of the ledger's replicas
};

}  // namespace varde::core
