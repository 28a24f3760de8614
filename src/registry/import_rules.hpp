// What must hold within one municipality's set beyond the shape of its fields: ids, references,
// device states, secrets.
#pragma once

#include "registry/import_fill.hpp"

namespace varde::registry {

/// Reports everything that is wrong with the set, its policy left aside; `places` filled it.
void check_rules(const v1::MunicipalitySet& set, import_filler& places);

}  // namespace varde::registry
