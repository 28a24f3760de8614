// The demo's trickle of signals: a few of its SCAIP devices, played over UDP by a client that
// behaves like them, so that the queue of a demonstration is never quite empty.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace varde::server {

class demo_signals {
 public:
  /// Starts its thread. `scaip_udp` is where the server listens; `devices` what the devices that
  /// may signal call themselves.
  demo_signals(const std::string& scaip_udp, std::vector<std::string> devices, std::uint64_t seed);
  ~demo_signals();
  demo_signals(const demo_signals&) = delete;
  demo_signals& operator=(const demo_signals&) = delete;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::server
