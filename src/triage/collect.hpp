// A case that collects what is kept from being cases: of a noisy device, of a device in test mode.
// It is opened by a signal that Varde itself makes, so that everything the device sent is in it
// alike, with what it would have been. Internal to triage.
#pragma once

#include "triage/rules.hpp"

namespace varde::triage {

/// The open case of this kind that collects for the signal's sensor (or, with `whole_device`, for
/// its device), or nullptr.
[[nodiscard]] const alarm::v1::Case* collecting_case(const alarm::v1::SubjectState& state,
                                                     alarm::v1::Kind kind,
                                                     const alarm::v1::Signal& signal,
                                                     bool whole_device);

struct collection {
  alarm::v1::Kind kind;
  alarm::v1::WorkList list;
  std::string_view reason;  // under which signals are recorded, and the case's lane reason
  alarm::v1::RuleNote by;
};

/// Records the signal in `into`, or in a case opened for it.
void collect(const work& w, const alarm::v1::Case* into, collection what);

}  // namespace varde::triage
