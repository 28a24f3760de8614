// One measured run from sign-in to audit: the board's baseline, the watcher, the protocol's own
// run, the final look.
#pragma once

#include <string>
#include <vector>

#include "plan.hpp"
#include "report.hpp"

namespace varde::load {

/// Blocks for the whole run. `book` keeps the latencies. Throws std::runtime_error when a run can't
/// be made.
[[nodiscard]] outcome run_native(const demo& where, const plan& what, tally& book);
[[nodiscard]] outcome run_scaip(const demo& where, const plan& what, tally& book);

/// Many connections that only say hello: what they cost the server.
struct idle_outcome {
  std::size_t connections = 0;
  double rss_before_kb = 0;
  double rss_after_kb = 0;
  double kb_per_connection = 0;
  double cpu_percent = 0;  // of one core, while nothing happens
};
/// Needs plan::server_pid. Throws std::runtime_error.
[[nodiscard]] idle_outcome run_idle(const demo& where, const plan& what);

}  // namespace varde::load
