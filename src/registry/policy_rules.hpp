// What must hold within a policy: that each rule can be understood, says why, keeps to its bounds,
// and does not promise to touch what it never will (life).
#pragma once

#include <string>
#include <vector>

#include "registry/import_fill.hpp"

namespace varde::registry {

/// Reports everything that is wrong with the policy of `set`, which may name only what the set has;
/// a set of the centre holds the defaults that all municipalities share. Teams of other
/// municipalities are added to `elsewhere`, to be looked for when those are known.
void check_policy(const v1::MunicipalitySet& set, import_filler& places,
                  std::vector<foreign_team>& elsewhere);

}  // namespace varde::registry
