// Processor time of a server, of its child processes (an embedded server's Redis, a forking
// server's workers) and of this program over a span.
#pragma once

#include <string>
#include <vector>

#include "tally.hpp"

namespace varde::load {

/// Processor time over a span.
struct cpu_share {
  std::string what;
  double used_s = 0;
  double span_s = 0;
  /// Of one core.
  [[nodiscard]] double percent() const { return span_s > 0 ? 100 * used_s / span_s : 0; }
};

class cpu_watch {
 public:
  /// From now on; `server_pid` 0: only this program.
  explicit cpu_watch(int server_pid);
  /// Since the last call, or since it was made. The server comes first if it is watched.
  [[nodiscard]] std::vector<cpu_share> since();

 private:
  struct sample {
    clock::time_point at;
    double own_s = 0, server_s = 0, children_s = 0;
  };
  [[nodiscard]] sample look() const;

  int server_pid_;
  sample last_;
};

}  // namespace varde::load
