// What one municipality's set_view stands on: residents, households and devices packed, the tables
// that find them, and the rest of the set as it was imported. For this room's own files.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "registry/dependency_index.hpp"
#include "registry/device_name.hpp"
#include "registry/lookup.hpp"
#include "registry/records.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// Never moved or copied: its parts point into each other.
struct set_tables {
  /// Packs a set; its lists of residents, households and devices are emptied on the way. Throws
  /// std::length_error if one of them is beyond packed_list::bytes_max.
  explicit set_tables(v1::MunicipalitySet set);
  set_tables(const set_tables&) = delete;
  set_tables& operator=(const set_tables&) = delete;

  /// Packs a serialized set thing by thing, so that it is never parsed as a whole; nullptr if the
  /// bytes are no set.
  [[nodiscard]] static std::shared_ptr<const set_tables> read(std::string_view serialized);

  [[nodiscard]] device_record device_at(device_index place) const {
    return device_record{devices[place]};
  }
  [[nodiscard]] resident_record resident(std::string_view id) const;
  [[nodiscard]] household_record household(std::string_view id) const;

  /// A device's place by its name.
  struct name_of {
    using key = device_name;
    const packed_list* devices;
    key operator()(device_index place) const { return registry::name_of((*devices)[place]); }
  };
  template <class Thing>
  using index_of = boost::unordered_flat_map<std::string_view, const Thing*>;

  v1::MunicipalitySet rest;  // without the three lists that are packed
  packed_list residents, households, devices;
  text_index residents_by_id{{&residents, v1::Resident::kIdFieldNumber}};
  text_index households_by_id{{&households, v1::Household::kIdFieldNumber}};
  text_index devices_by_id{{&devices, v1::Device::kIdFieldNumber}};
  place_index<device_index, name_of> devices_by_name{name_of{&devices}};
  owner_index residents_by_household{{&residents, v1::Resident::kHouseholdFieldNumber}};
  owner_index devices_by_resident{{&devices, v1::Device::kResidentFieldNumber}};
  owner_index devices_by_household{{&devices, v1::Device::kHouseholdFieldNumber}};
  dependency_index dependencies;
  index_of<v1::Team> teams;
  index_of<v1::Plan> plans;
  std::vector<const v1::Plan*> common_plans;  // those that no resident names

 private:
  class packer;
  set_tables() = default;
};

}  // namespace varde::registry
