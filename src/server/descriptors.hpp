// How many sockets and files this process may hold open. The shell's usual limit of 1,024 would
// turn devices away long before the configuration does.
#pragma once

#include <cstdint>

#include "server/config.hpp"

namespace varde::server {

/// More are never asked for: whoever needs them sets the limit of the service.
inline constexpr std::uint64_t descriptors_max = 20'000;

/// What the configured number of devices, the consoles and our own files come to.
[[nodiscard]] std::uint64_t descriptors_needed(const config& c);

/// Raises the soft limit to what is needed, as far as `descriptors_max` and the hard limit let it;
/// never lowers it. The log says when that is less than the configuration could use. Returns the
/// limit that holds now.
std::uint64_t raise_descriptors(const config& c);

}  // namespace varde::server
