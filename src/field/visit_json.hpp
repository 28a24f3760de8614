// A visit as a responder's page shows it: where, how to get in, what to know. Never the code of the
// key box.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "registry/view.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::field {

/// One object, appended to `out`. Of a visit that ended otherwise than done, nothing about the
/// resident is shown. `centre_phone` stands where the municipality has no number of its own.
void append_visit(std::string& out, const alarm::v1::Case& c, const alarm::v1::Visit& visit,
                  const registry::view& all, std::string_view centre_phone, base::wall_time now);

}  // namespace varde::field
