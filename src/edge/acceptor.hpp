// A TCP listener on one edge thread: takes peers a bounded number at a time and makes a session of
// each.
#pragma once

#include <functional>
#include <memory>

#include "edge/connection.hpp"
#include "edge/counters.hpp"
#include "edge/deadlines.hpp"
#include "edge/reactor.hpp"
#include "edge/sockets.hpp"

namespace varde::edge {

/// Used on its edge thread only.
class acceptor final : private watched, private deadline_entry {
 public:
  using make_session =
      std::function<std::shared_ptr<connection>(descriptor, const socket_address&)>;

  acceptor(edge_thread& home, listener via, descriptor listening, make_session make);

  void start();
  /// Closes the socket: whom the kernel has not handed over yet is turned away.
  void stop();

 private:
  void on_ready() override;
  void pause(std::chrono::milliseconds time);
  void on_deadline() override;

  edge_thread& home_;
  listener via_;
  descriptor listening_;
  make_session make_;
};

}  // namespace varde::edge
