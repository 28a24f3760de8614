// A case as it stands, copied for everyone who looks. Such a copy is made at every change and given
// up at the next one, so its many small parts lie in blocks that come and go at once.
#pragma once

#include <memory>

#include "varde/alarm/v1/case.pb.h"

namespace varde::board {

/// Never changed afterwards; shared between threads.
using case_pointer = std::shared_ptr<const alarm::v1::Case>;

[[nodiscard]] case_pointer freeze(const alarm::v1::Case& c);

}  // namespace varde::board
