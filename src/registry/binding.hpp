// Whose alarm is this? From what a device calls itself to the municipality and the subject that its
// signals belong to. Nothing is ever refused here: who is unknown becomes the centre's own case.
#pragma once

#include <string_view>

#include "alarm/ids.hpp"
#include "registry/view.hpp"

namespace varde::registry {

struct binding {
  alarm::municipality_id
      municipality;  // alarm::centre if no municipality has registered the device
  alarm::subject_id subject;
  bool known = false;            // registered, installed, and at a resident or household
  std::string_view device_kind;  // of the registry, empty if unregistered; good as long as the view
  device_record device;          // none if unregistered; good as long as the view
  thing_number number = no_number;  // of the device, if it is registered
};

/// `wire_id` normalised as the codec does it; `source` the network address without port. Installed
/// at a resident: that resident. Else at a household: the household. Registered but not installed
/// or with no owner: the device itself, in its municipality. Unregistered: one subject a source
/// address, in the centre. Call it qualified: std::bind is found by its arguments otherwise.
[[nodiscard]] binding bind(const view& all, std::string_view protocol, std::string_view wire_id,
                           std::string_view source);

}  // namespace varde::registry
