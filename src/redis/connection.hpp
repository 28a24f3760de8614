// One pipelined connection to Redis: to one server, to the master that sentinels name, or to all
// masters of a cluster. It keeps itself connected, with back-off and jitter, checks after every
// connect that it talks to a master it may use, and answers every command exactly once, in order,
// with a reply or an error value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/reply.hpp"
#include "redis/resp.hpp"

namespace boost::asio {
class io_context;
}

namespace varde::redis {

class channel;

using arguments = std::vector<std::string>;
/// A Redis error reply arrives as an error value (see `errc`), never as a reply of kind error; only
/// inside an array an element may be one.
using reply_handler = std::function<void(base::result<reply>)>;

/// The oldest server we trust: functions, multi-part append-only files, and the fixes of 7.0's
/// life.
inline constexpr std::string_view server_version_min = "7.0.15";

/// What ROLE must say of a server before the connection is used.
enum class server_role : std::uint8_t { any, master, sentinel };

struct connection_options {
  std::size_t in_flight_max = 16'384;              // commands sent and not yet answered
  std::size_t in_flight_bytes_max = 64u << 20;     // their size on the wire
  std::chrono::milliseconds connect_limit{5'000};  // from the first packet until ready
  /// Silence of a server that owes us a reply; then the connection is cut. A pause of our own
  /// thread is not counted as the server's silence.
  std::chrono::milliseconds reply_limit{10'000};
  std::chrono::milliseconds ping_every{5'000};  // when nothing is in flight
  std::chrono::milliseconds back_off_min{50};
  std::chrono::milliseconds back_off_max{2'000};
  server_role role = server_role::master;
  std::string client_name = "varde";
  parser_limits replies{};
};

/// Everything on the io_context's one thread. Handlers are called from the io_context, never from
/// inside `send`.
///
/// Of a cluster it is still one connection: connected while every slot's master is, and ended for
/// all when one of them is lost, so that whoever listens to its state knows that a tail may be
/// missing. Commands go by their first key; those of one slot are carried out in the order they
/// were sent, also while the slot moves. FUNCTION, SCRIPT and WAIT go to every master and answer
/// with the first error, the smallest number or the first reply; WAIT counts what was sent before
/// it on any slot. An XREAD of streams in several slots asks each 20 times a second instead of
/// blocking, since a cluster answers for one slot at a time. What MULTI begins is sent with EXEC.
/// SCAN goes through one master after the other; its cursors are text and no numbers then.
class connection final {
 public:
  [[nodiscard]] static std::shared_ptr<connection> create(boost::asio::io_context& io,
                                                          endpoint where,
                                                          connection_options options = {});
  /// Stops; handlers of commands in flight are still called, with `stopped`, from the io_context.
  /// State listeners are not.
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Begins to connect, and goes on trying until `stop`.
  void start();
  /// Ends it for good. Commands in flight complete with `stopped`.
  void stop();
  /// Cuts the connection and connects anew after the back-off. For callers that got an answer they
  /// can't go on with.
  void reconnect();

  /// Sends a command. `done` is called once, unless the io_context is destroyed first. What is sent
  /// within one handler goes out in one write.
  void send(const arguments& command, reply_handler done);
  /// As above without making strings: the bytes are copied before it returns.
  void send(std::span<const std::string_view> command, reply_handler done);

  /// Adds a listener: true when the connection became ready, false when it ended (after the
  /// commands in flight were completed). Listeners are called in the order they were added, and
  /// stay for the connection's life. A listener added while connected is not called for that.
  void on_state(std::function<void(bool connected)> listener);

  [[nodiscard]] bool connected() const noexcept;
  /// Why the last attempt or connection ended; no error before the first end.
  [[nodiscard]] base::error_code last_error() const noexcept;
  [[nodiscard]] std::size_t in_flight() const noexcept;
  [[nodiscard]] const endpoint& where() const noexcept;

 private:
  explicit connection(std::shared_ptr<channel> c);
  std::shared_ptr<channel> channel_;
};

}  // namespace varde::redis
