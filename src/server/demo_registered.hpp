// More municipalities for the demo: as many registered people and devices as a country has, that
// sign nothing and are no part of demo.json, so that what a registry of that size costs can be
// seen. One is made at a time, since all of them together take more memory than the server that
// holds them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "varde/registry/v1/registry.pb.h"

namespace varde::server {

/// Devices of one of them; a middling municipality has as many.
inline constexpr std::size_t registered_each = 2'800;
inline constexpr std::size_t registered_max = 2'000'000;

/// How many municipalities hold so many devices.
[[nodiscard]] constexpr std::size_t registered_municipalities(std::size_t devices) {
  return (devices + registered_each - 1) / registered_each;
}
/// The `number`th (from 0) of them, with one device at each of its residents. The same for the same
/// seed.
[[nodiscard]] registry::v1::MunicipalitySet make_registered(std::uint64_t seed, std::size_t number,
                                                            std::size_t devices);

}  // namespace varde::server
