// The byte stream under a connection: Unix socket, TCP or TLS, alike to the one who reads and
// writes. Internal to this room.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "redis/endpoint.hpp"

namespace varde::redis {

/// At most one read and one write at a time. Handlers keep the transport alive; after `close` they
/// are called with an error.
class transport {
 public:
  using done = std::function<void(base::error_code)>;
  using read_done = std::function<void(base::error_code, std::size_t)>;

  virtual ~transport() = default;
  /// Resolves, connects and, for TLS, shakes hands and checks the server's name.
  virtual void connect(done handler) = 0;
  virtual void read_some(std::span<char> into, read_done handler) = 0;
  /// Writes all. The bytes must stay until the handler is called.
  virtual void write(std::string_view bytes, done handler) = 0;
  virtual void close() = 0;
};

[[nodiscard]] std::shared_ptr<transport> make_transport(boost::asio::io_context& io,
                                                        const endpoint& where);

}  // namespace varde::redis
