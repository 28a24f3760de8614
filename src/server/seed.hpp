// Puts the demo's municipalities and accounts into a Redis that has none yet.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "redis/endpoint.hpp"
#include "server/demo_data.hpp"

namespace varde::server {

/// Writes every municipality and account that Redis doesn't have, or has otherwise. Blocks. Empty,
/// or what is wrong.
[[nodiscard]] std::string seed_registry(const redis::endpoint& redis, const demo_data& demo);

/// The same for so many more municipalities, each made when it is its turn and then dropped.
[[nodiscard]] std::string seed_sets(
    const redis::endpoint& redis, std::size_t count,
    const std::function<registry::v1::MunicipalitySet(std::size_t)>& make);

}  // namespace varde::server
