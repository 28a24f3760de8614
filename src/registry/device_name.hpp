// What a device is found by: its protocol and what it calls itself on the wire.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <cstddef>
#include <string_view>

#include "registry/packed.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

struct device_name {
  std::string_view protocol;
  std::string_view wire_id;

  friend bool operator==(const device_name&, const device_name&) = default;
  friend std::size_t hash_value(const device_name& name) {
    std::size_t seed = boost::hash<std::string_view>{}(name.wire_id);
    boost::hash_combine(seed, name.protocol);
    return seed;
  }
};

/// Of a packed v1::Device, in one walk over its first fields.
[[nodiscard]] inline device_name name_of(packed_message device) {
  device_name name;
  for (field_reader at{device.bytes()}; at.next();) {
    if (at.field() == v1::Device::kProtocolFieldNumber) name.protocol = at.bytes();
    if (at.field() == v1::Device::kWireIdFieldNumber) name.wire_id = at.bytes();
    if (at.field() >= v1::Device::kWireIdFieldNumber) break;
  }
  return name;
}

}  // namespace varde::registry
