// A node's condition as the pages hear it: the same frame on the operators' feed and on the
// responders'.
#pragma once

#include <string>
#include <vector>

#include "board/gateway.hpp"

namespace varde::board {

/// The frame {"type":"condition",…}.
[[nodiscard]] std::string condition_frame(const node_condition& now);

/// A line in English for each thing that is not as it should be, for probes and those who run them.
[[nodiscard]] std::vector<std::string> degradations(const node_condition& now);

/// False when neither this node's disk nor the ledger would keep an alarm.
[[nodiscard]] bool can_acknowledge(const node_condition& now);

}  // namespace varde::board
