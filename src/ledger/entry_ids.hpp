// How the checks name what an entry carries: the one signal in it, and the digest that ties a
// subject's entries together. Written apart from alarm's own, which it checks. Internal to this
// room.
#pragma once

#include <cstdint>
#include <string>

#include "varde/alarm/v1/entry.pb.h"

namespace varde::ledger {

/// nullptr if the entry carries none.
[[nodiscard]] const alarm::v1::Signal* carried_signal(const alarm::v1::Entry& entry);
/// "<protocol>/<signal id>": unique for ever, since a signal's id names its device.
[[nodiscard]] std::string signal_key(const alarm::v1::Signal& signal);
/// What the next entry of the subject says as its `previous`, if it says one.
[[nodiscard]] std::uint64_t tip_of(const alarm::v1::Entry& entry);

}  // namespace varde::ledger
