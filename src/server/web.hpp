// The web side of a node: the thread with HTTPS, the pages, the APIs of desk and field, sign-in,
// and the tails that keep registry and accounts as Redis has them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "board/gateway.hpp"
#include "redis/endpoint.hpp"
#include "registry/directory.hpp"
#include "server/config.hpp"

namespace varde::supervision {
class seen_table;
}

namespace varde::server {

/// Everything on the thread that owns it; the work is on a thread of its own.
class web {
 public:
  /// `gateway` is subscribed to here, before it starts; `seen` is only looked at. Both outlive it.
  web(const config& config, redis::endpoint redis, registry::directory& directory,
      board::gateway& gateway, const supervision::seen_table& seen, base::metrics& metrics);
  ~web();
  web(const web&) = delete;
  web& operator=(const web&) = delete;

  /// Starts the thread and waits until registry and accounts are loaded. Empty, or what is wrong.
  [[nodiscard]] std::string load();
  /// Binds and listens. `ready` says for /readyz, on the web thread, whether the core works; how
  /// well the node can acknowledge is known here. Empty, or what is wrong.
  [[nodiscard]] std::string open(std::function<bool()> ready);
  [[nodiscard]] std::string https_address() const;
  [[nodiscard]] std::string metrics_address() const;

  /// No new connections; consoles are told to go elsewhere.
  void stop_accepting();
  /// Ends the thread.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::server
