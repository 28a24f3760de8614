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

/// Writes, for each device, how many of its signals were acknowledged and how many were sent.
void write_book(const std::string& file, const tally& book);
/// Holds such a file against what the board shows now.
struct book_audit {
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;     // acknowledged but in no case
  std::uint64_t doubled = 0;  // in the cases more often than sent
};
/// Throws std::runtime_error.
[[nodiscard]] book_audit audit_book(const demo& where, const std::string& file);

/// Many connections that say who they are and then nothing: what they cost the server.
struct idle_outcome {
  std::size_t connections = 0;
  double rss_before_kb = 0;
  double rss_after_kb = 0;
  double kb_per_connection = 0;
  double cpu_percent = 0;  // of one core, while nothing happens
  double children_cpu_percent = 0;
};
/// Needs plan::server_pid. Throws std::runtime_error.
[[nodiscard]] idle_outcome run_idle(const demo& where, const plan& what);

}  // namespace varde::load
