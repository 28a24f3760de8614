// Whom a message came from, how, and when: what the sans-I/O dialogues are told instead of sockets
// and clocks.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace varde::wire {

enum class transport : std::uint8_t { udp, tcp, tls };

/// The far end of a datagram or connection.
struct peer {
  transport via = transport::udp;
  std::string host;  // numeric address as text, IPv6 without brackets
  std::uint16_t port = 0;
  std::uint64_t connection = 0;  // the edge's own number for a TCP or TLS connection; 0 on UDP

  friend bool operator==(const peer&, const peer&) = default;
};

/// Now, by both clocks: steady for timers, wall for what people and devices read.
struct moment {
  base::steady_time steady{};
  base::wall_time wall{};
};

}  // namespace varde::wire
