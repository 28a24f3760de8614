// What a device is found by: its protocol and what it calls itself on the wire.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "registry/packed.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

struct device_name {
  std::string_view protocol;
  std::string_view wire_id;

  friend bool operator==(const device_name&, const device_name&) = default;
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

/// Protocols are few, so their length is enough of them.
template <>
struct std::hash<varde::registry::device_name> {
  std::size_t operator()(const varde::registry::device_name& name) const noexcept {
    return std::hash<std::string_view>{}(name.wire_id) + name.protocol.size();
  }
};
