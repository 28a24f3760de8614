// Idle SCAIP connections over TCP. Each has had one heartbeat of a registered device: whoever has
// said nothing is a stranger to the server, which keeps only some thousands of those.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <vector>

#include "demo.hpp"
#include "plan.hpp"

namespace varde::load {

/// Used by one thread.
class scaip_crowd {
 public:
  /// Blocks until all `count` connections have their heartbeat answered. Throws std::runtime_error
  /// if one has not.
  scaip_crowd(boost::asio::io_context& io, const demo& where, std::size_t count);

  void open(const std::function<void()>& ready) { ready(); }
  /// The connections that the server has ended since.
  [[nodiscard]] findings found();
  void close() { sockets_.clear(); }

 private:
  std::vector<boost::asio::ip::tcp::socket> sockets_;
};

}  // namespace varde::load
