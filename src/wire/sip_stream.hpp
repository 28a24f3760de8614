// Cuts a TCP or TLS byte stream into SIP messages by Content-Length, and answers keep-alive pings
// (RFC 5626 3.5.1). One per connection; bounded; an error ends the stream.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/sip.hpp"

namespace varde::wire {

class sip_stream {
 public:
  /// What a connection sends back for a ping.
  static constexpr std::string_view pong = "\r\n";

  struct item {
    bool is_ping = false;      // answer with `pong`
    std::string_view message;  // one whole message otherwise, good until the next call
  };

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next message or ping; nullopt when more bytes are needed. Errors: too_long,
  /// malformed_length (none, unreadable or contradicting Content-Length), malformed_message (NUL in
  /// the header). After an error header() is what there is of the bad message.
  [[nodiscard]] base::result<std::optional<item>> next();
  /// The header block read so far of the message that failed, to answer it with answer_unparsed.
  [[nodiscard]] std::string_view header() const noexcept;
  /// True while a message is half read: a peer that leaves it so is dripping.
  [[nodiscard]] bool in_message() const noexcept { return buffer_.size() > taken_; }

 private:
  std::string buffer_;
  std::size_t taken_ = 0;    // bytes at the front that were handed out and go at the next call
  std::size_t scanned_ = 0;  // bytes of the buffer known to hold no end of header
};

}  // namespace varde::wire
