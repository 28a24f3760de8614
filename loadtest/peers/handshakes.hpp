// TLS handshakes and nothing else, one after the other on a few threads: what a device that comes
// back costs a server, with and without a session to resume.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cpu_watch.hpp"
#include "histogram.hpp"

namespace varde::load {

struct handshake_plan {
  std::string where;    // ADDRESS:PORT on the loopback
  std::string ca_file;  // what the server's certificate is held against
  std::size_t count = 1'000;
  std::size_t threads = 4;
  bool resume = false;
  int server_pid = 0;
};

struct handshake_outcome {
  std::size_t done = 0;
  std::size_t resumed = 0;
  double in_s = 0;
  histogram took;
  std::vector<cpu_share> cpu;
};

/// Blocks. Throws std::runtime_error if a handshake fails.
[[nodiscard]] handshake_outcome shake_hands(const handshake_plan& what);

}  // namespace varde::load
