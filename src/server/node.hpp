// One node of Varde, wired: Redis, registry, core, edge, web. Built from a checked configuration,
// started once, stopped once; what serve and demo have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "redis/endpoint.hpp"
#include "server/config.hpp"

namespace varde::server {

/// Where a running node really listens, HOST:PORT each; empty is off.
struct bound_addresses {
  std::string https, scaip_udp, scaip_tcp, scaip_tls, native_tls, metrics;
};

/// "varde ready https=… scaip_udp=…": the one line on standard output that says a node serves.
[[nodiscard]] std::string ready_line(const bound_addresses& bound);

/// Everything on the thread that owns it. Failures of start are one sentence for a person.
class node {
 public:
  /// `config` was checked; `redis` is where its Redis is. `alone`: no other node uses that Redis.
  node(config config, redis::endpoint redis, bool alone);
  /// Stops if that has not been done.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Loads the registry, restores the board, then opens the doors. Empty if it serves, else what is
  /// wrong and what to do.
  [[nodiscard]] std::string start();
  [[nodiscard]] const bound_addresses& bound() const;
  /// Closes the doors, finishes what was taken in, tells consoles and devices, writes a snapshot.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::server
