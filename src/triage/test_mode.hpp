// Test mode: somebody tests a device, so what it sends is answered as real and kept apart, until
// the test ends, which it always does by itself. Kinds that are not tested pass as usual. Internal
// to triage.
#pragma once

#include "triage/rules.hpp"

namespace varde::triage {

/// The test of this device that has not expired, or nullptr.
[[nodiscard]] const alarm::v1::TestMode* test_of(const alarm::v1::SubjectState& state,
                                                 std::string_view device, base::wall_time now);
/// True if the signal is a test and was collected.
[[nodiscard]] bool collect_test(const work& w);

}  // namespace varde::triage
