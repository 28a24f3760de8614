// Merging: what a node decided while it was cut off, decided again on what the ledger says now.
// Signals are decided again and found by their id if they are there already; what people wrote and
// what teams were sent to is kept as facts; who owns a case and how it ended is the ledger's word
// if it has one. What finds no room is kept as a deed of the outage and shown on its case. See
// docs/reliability.md for the rule in words.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "triage/decision.hpp"

namespace varde::triage {

struct merged {
  /// To append, in order, each the next version; `merged_at_us` is set on all of them.
  std::vector<alarm::v1::Entry> entries;
  std::size_t repeated = 0;  // the ledger had them
  std::size_t kept_as_deeds = 0;
  /// Timers of that node's own, which fall due anew if there is still reason.
  std::size_t timers_left_out = 0;
};

/// `state` is the subject as the ledger has it; `ours` what this node decided and the ledger does
/// not have, in the order it was decided. `at.now` is the time of merging; entries keep the time
/// and the node they were decided at. Pure: the same arguments give the same entries.
[[nodiscard]] merged merge(alarm::v1::SubjectState state, std::span<const alarm::v1::Entry> ours,
                           const registry::v1::Policy& policy, const context& at);

}  // namespace varde::triage
