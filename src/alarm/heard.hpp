// What an entry says that a device has said, as it was understood when it was decided.
#pragma once

#include "varde/alarm/v1/entry.pb.h"

namespace varde::alarm {

struct heard {
  const v1::Signal* signal = nullptr;  // of the entry; nullptr if it carries none
  v1::Intent intent = v1::INTENT_ALARM;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  v1::Lane lane = v1::LANE_UNSPECIFIED;
};

[[nodiscard]] heard heard_in(const v1::Entry& entry);

}  // namespace varde::alarm
