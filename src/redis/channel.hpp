// What a connection is made of: a link to one server (found by its address or by sentinels), or the
// links to all masters of a cluster. Internal to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "redis/connection.hpp"

namespace varde::redis {

/// Everything as `connection` promises it.
class channel {
 public:
  virtual ~channel() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual void reconnect() = 0;
  virtual void send(std::span<const std::string_view> command, reply_handler done) = 0;
  virtual void on_state(std::function<void(bool)> listener) = 0;
  virtual void forget_listeners() = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  [[nodiscard]] virtual base::error_code last_error() const = 0;
  [[nodiscard]] virtual std::size_t in_flight() const = 0;
  [[nodiscard]] virtual const endpoint& where() const = 0;
};

enum class error_replies : std::uint8_t {
  as_values,     // as `connection` promises
  as_they_came,  // as replies, since their text says where to go
};

/// One server, or the master that sentinels name.
[[nodiscard]] std::shared_ptr<channel> make_link(boost::asio::io_context& io, endpoint where,
                                                 connection_options options,
                                                 error_replies errors = error_replies::as_values);

/// All masters of a cluster.
[[nodiscard]] std::shared_ptr<channel> make_cluster(boost::asio::io_context& io, endpoint where,
                                                    connection_options options);

}  // namespace varde::redis
