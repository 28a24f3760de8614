// What is supervised: a device, or one sensor behind it, where it stands in the registry; and its
// name, by which the nodes and the ledger know it.
#pragma once

#include <cstdint>
#include <string>

#include "registry/view.hpp"

namespace varde::supervision {

/// Good as long as the set. Cheap to copy.
struct thing {
  const registry::set_view* set = nullptr;
  registry::device_record device;
  registry::sensor_record sensor;  // none: the device itself

  /// Appends "<protocol>/<wire id>", or "<protocol>/<wire id>/<sensor>".
  void append_name(std::string& to) const;
  [[nodiscard]] std::string name() const;
};

/// The number of what has this name in this municipality; no_number if nothing has.
[[nodiscard]] registry::thing_number find_by_name(const registry::view& all,
                                                  std::string_view municipality,
                                                  std::string_view name);

/// Silent for longer than its limit, and no node heard it.
struct gone {
  thing what;
  std::uint32_t heard_s = 0;  // Unix; 0: never
};

}  // namespace varde::supervision
