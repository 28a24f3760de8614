// A case as it stands, copied for everyone who looks. Such a copy is made at every change and given
// up at the next one, so its many small parts lie in blocks that come and go at once, and its plan,
// which is most of it and hardly ever changes, lies beside it for the next copy too.
#pragma once

#include <memory>

#include "varde/alarm/v1/case.pb.h"

namespace varde::board {

/// Never changed afterwards; shared between threads.
using case_pointer = std::shared_ptr<const alarm::v1::Case>;

[[nodiscard]] case_pointer freeze(const alarm::v1::Case& c);
/// The same, when `before` is what was frozen of this case earlier, or nullptr: of a plan that is
/// still the same no second copy is made. `c` lends its steps meanwhile and has them back then.
[[nodiscard]] case_pointer freeze_again(alarm::v1::Case& c, const case_pointer& before);

}  // namespace varde::board
