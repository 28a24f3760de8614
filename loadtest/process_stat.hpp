// What Linux says about a process: processor time and resident memory, from /proc, also of its
// children.
#pragma once

#include <cstdint>
#include <optional>

namespace varde::load {

struct process_stat {
  double cpu_s = 0;  // user and system, since it started
  std::uint64_t rss_bytes = 0;
};

/// nullopt if there is no such process. `pid` 0 is this one.
[[nodiscard]] std::optional<process_stat> read_process_stat(int pid);
/// Processor time of its direct children that still live; an embedded server's Redis is one.
[[nodiscard]] double children_cpu_s(int pid);

/// The most memory that the process `pid` ever had at once; 0 for pid 0 and when it can't be read.
[[nodiscard]] double peak_rss_kb(int pid);

}  // namespace varde::load
