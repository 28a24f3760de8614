// A connection's bytes, whatever carries them: the protocols above know only this, so that each can
// be spoken over TCP, a Unix socket or TLS without knowing which.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace varde::load {

/// Owned by one io_context's thread. Callbacks come from there and may destroy nothing but through
/// close().
class byte_client {
 public:
  struct events {
    std::function<void()> on_ready;                   // connected, and secured if it is to be
    std::function<void(std::string_view)> on_bytes;   // good until it returns
    std::function<void(const std::string&)> on_gone;  // once, with why; not after close()
  };

  explicit byte_client(events handlers) : handlers_(std::move(handlers)) {}
  virtual ~byte_client() = default;
  byte_client(const byte_client&) = delete;
  byte_client& operator=(const byte_client&) = delete;

  /// Queues bytes; flush() sends them, in one write if they fit.
  void queue(std::string_view bytes) { out_.append(bytes); }
  /// Bytes that the kernel has not taken yet.
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return out_.size(); }
  virtual void flush() = 0;
  virtual void close() = 0;

 protected:
  events handlers_;
  std::string out_;
};

}  // namespace varde::load
