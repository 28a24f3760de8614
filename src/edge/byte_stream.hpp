// A connected, non-blocking byte stream over a descriptor, in the clear or by TLS. It never waits:
// what can't be done now says what readiness it needs, and the connection waits for that.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/hash.hpp"

namespace varde::edge {

enum class io_state {
  done,        // it happened; `bytes` says how much
  want_read,   // try again when the descriptor is readable
  want_write,  // try again when the descriptor is writable
  closed,      // the peer has ended its side in order
  failed,      // reset, or not what the protocol allows
};

struct io_result {
  io_state state = io_state::failed;
  std::size_t bytes = 0;
  /// Of a read: the stream itself holds no more. Whatever has come since makes the descriptor
  /// readable, so nobody need read on to find out that there is nothing.
  bool drained = false;
};

/// Owned by one connection, used on its thread. Does not own the descriptor.
class byte_stream {
 public:
  virtual ~byte_stream() = default;
  /// The handshake, if there is one. Call until done.
  virtual io_result open() = 0;
  virtual io_result read(std::span<char> into) = 0;
  /// May write a part. After want_… the next call must begin with the same bytes.
  virtual io_result write(std::string_view bytes) = 0;
  /// Tells the peer in order that we write no more. Best effort, never waits.
  virtual void close() = 0;
  /// SHA-256 of the DER of the peer's verified certificate. nullopt if it has none or it is no
  /// longer valid. To be asked once.
  [[nodiscard]] virtual std::optional<base::sha256_digest> take_peer_certificate() = 0;
  /// True if the handshake resumed an earlier session.
  [[nodiscard]] virtual bool resumed() const = 0;
};

}  // namespace varde::edge
