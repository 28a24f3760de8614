// A WebSocket as its users see it: text frames out through a bounded queue, short text messages in.
// Everything is on the web thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace varde::http {

/// Close codes that Varde sends; 4000 and up are its own.
namespace close_code {
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t try_again_later = 1013;
inline constexpr std::uint16_t signed_out = 4401;
inline constexpr std::uint16_t revoked = 4403;
}  // namespace close_code

class websocket_session {
 public:
  virtual ~websocket_session() = default;

  /// Queues a text frame; the string is shared with everyone else it goes to. Beyond the limit on
  /// the backlog the socket is closed with 1013, except that one frame is always taken when nothing
  /// waits.
  virtual void send(std::shared_ptr<const std::string> text) = 0;
  /// Bytes queued and not yet handed to the peer's socket.
  [[nodiscard]] virtual std::size_t backlog_bytes() const = 0;
  /// Throws away what is queued and not begun; nothing once close() was called.
  virtual void drop_backlog() = 0;
  /// Closes after what is queued; what comes in from now on is ignored.
  virtual void close(std::uint16_t code, std::string reason) = 0;

  /// Called with each text message.
  virtual void on_message(std::function<void(std::string_view)> handler) = 0;
  /// Called once, when the socket is gone for whatever reason.
  virtual void on_close(std::function<void()> handler) = 0;
};

using websocket_pointer = std::shared_ptr<websocket_session>;

/// What an acceptor says to a request to upgrade: a refusal, or what to do once the socket is open.
struct upgrade_verdict {
  std::optional<response> refusal;
  std::function<void(websocket_pointer)> on_open;
};

/// Asked after the Origin was found to be ours.
using websocket_acceptor = std::function<upgrade_verdict(const request&)>;

}  // namespace varde::http
