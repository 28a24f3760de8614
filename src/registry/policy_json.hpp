// A policy as the file that an import would read it from, for people to look at and to change.
#pragma once

#include <string>

#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// JSON over several lines, only what is filled in, without what Varde fills in itself.
[[nodiscard]] std::string policy_json(const v1::Policy& policy);

}  // namespace varde::registry
