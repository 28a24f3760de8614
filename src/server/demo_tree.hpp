// What the made-up devices depend on: power and postal areas, buildings, mobile networks with their
// base stations, vendors' clouds. So that a storm can be played that looks like a real one: a
// home's place decides what it shares with its neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/demo_dice.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::server {

/// Where a home stands in the tree.
struct demo_place {
  std::size_t power = 0;
  std::size_t building = 0;  // of the power area, from 1; 0: a house of its own
  std::size_t postal = 0;
  double north_deg = 0, east_deg = 0;  // from the municipality's middle
};

/// For one municipality. The same for the same seed and number of homes.
class demo_tree {
 public:
  static constexpr std::size_t homes_of_a_power_area = 600;
  static constexpr std::size_t power_areas_of_a_postal_area = 3;
  static constexpr std::size_t buildings_of_a_power_area = 60;

  demo_tree(std::string_view municipality, std::size_t homes, std::uint64_t seed);

  [[nodiscard]] demo_place place();
  /// "power:…", "postal:…", "building:…", "network:…", "station:…", "cloud:…" of one more device
  /// there.
  [[nodiscard]] std::vector<std::string> depends_on(const demo_place& at);
  [[nodiscard]] std::string postcode(const demo_place& at) const;
  /// How old somebody is, with whom, and what an outage would do to them.
  void describe(registry::v1::Resident& person);

 private:
  std::string municipality_;
  std::size_t power_areas_;
  demo_dice dice_;
};

}  // namespace varde::server
