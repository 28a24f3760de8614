// What a municipality's devices hang on: gateways, networks, base stations, power and postal areas,
// buildings, vendor clouds. Numbers instead of names, so that counting what is down under each of
// them costs a few array look-ups a device.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace varde::registry {

/// A device's place in its set's list of devices.
using device_index = std::uint32_t;
/// Something that devices depend on.
using parent_index = std::uint32_t;
/// Where people live together: a household, a resident without one, or a device that is nobody's.
using home_index = std::uint32_t;

/// "power", "gateway", …: what stands before the colon of a parent's name.
[[nodiscard]] std::string_view type_of_parent(std::string_view name);

/// Immutable, and of installed devices only. A device belongs under what it names, under its postal
/// area if it names none, under itself if it is a gateway that others name, and under whatever its
/// gateways depend on. Things that only one device depends on are left out. No look-up allocates.
class dependency_index {
 public:
  /// Further ones of a device are ignored.
  static constexpr std::size_t parents_per_device_max = 16;
  /// Gateways behind gateways.
  static constexpr int gateway_depth_max = 4;

  dependency_index() = default;
  dependency_index(dependency_index&&) = default;
  dependency_index& operator=(dependency_index&&) = default;

  [[nodiscard]] std::size_t device_count() const noexcept { return homes_.size(); }
  [[nodiscard]] std::size_t parent_count() const noexcept { return names_.size(); }
  /// Homes with an installed device.
  [[nodiscard]] std::size_t home_count() const noexcept { return residents_.size(); }

  /// Each once; nothing for a device that is not installed.
  [[nodiscard]] std::span<const parent_index> parents_of(device_index device) const {
    return {links_.data() + begins_[device], links_.data() + begins_[device + 1]};
  }
  [[nodiscard]] home_index home_of(device_index device) const { return homes_[device]; }
  /// Parents from this number on carry signals and no power: gateways, stations, networks, clouds.
  /// Before them stand those that can fail the mains, power areas first.
  [[nodiscard]] parent_index signals_only_from() const noexcept { return signals_only_from_; }
  [[nodiscard]] bool is_under(device_index device, parent_index parent) const;

  [[nodiscard]] std::uint32_t residents_in(home_index home) const { return residents_[home]; }

  /// "power:NO5-17"
  [[nodiscard]] std::string_view name_of(parent_index parent) const { return names_[parent]; }
  /// no_parent if no two devices depend on it.
  [[nodiscard]] parent_index find(std::string_view name) const;
  static constexpr parent_index no_parent = ~parent_index{0};

  [[nodiscard]] std::uint32_t devices_under(parent_index parent) const {
    return devices_under_[parent];
  }
  [[nodiscard]] std::uint32_t homes_under(parent_index parent) const {
    return homes_under_[parent];
  }
  [[nodiscard]] std::uint32_t residents_under(parent_index parent) const {
    return residents_under_[parent];
  }

  /// The tables themselves, for whoever counts with them.
  [[nodiscard]] std::span<const std::uint32_t> begins() const noexcept { return begins_; }
  [[nodiscard]] std::span<const parent_index> links() const noexcept { return links_; }
  [[nodiscard]] std::span<const home_index> homes() const noexcept { return homes_; }
  [[nodiscard]] std::span<const std::uint32_t> devices_under() const { return devices_under_; }
  [[nodiscard]] std::span<const std::uint32_t> homes_under() const { return homes_under_; }

  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  friend class dependency_builder;

  // By parent:
  std::vector<std::string> names_;
  std::vector<std::uint32_t> devices_under_, homes_under_, residents_under_;
  std::vector<std::uint32_t> begins_{0};  // of each device's links, and their end
  std::vector<parent_index> links_;
  std::vector<home_index> homes_;         // by device
  std::vector<std::uint32_t> residents_;  // by home
  parent_index signals_only_from_ = 0;
  boost::unordered_flat_map<std::string_view, parent_index> by_name_;
};

}  // namespace varde::registry
