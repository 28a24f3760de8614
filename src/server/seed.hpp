// Puts the demo's municipalities and accounts into a Redis that has none yet.
#pragma once

#include <string>

#include "redis/endpoint.hpp"
#include "server/demo_data.hpp"

namespace varde::server {

/// Writes every municipality and account that Redis doesn't have, or has otherwise. Blocks. Empty,
/// or what is wrong.
[[nodiscard]] std::string seed_registry(const redis::endpoint& redis, const demo_data& demo);

}  // namespace varde::server
