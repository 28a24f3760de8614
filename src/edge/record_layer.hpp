// The records of a TLS 1.3 connection after its handshake (RFC 8446, section 5): what came is cut
// and opened, what goes is sealed. No sockets. OpenSSL does the same, but keeps 14 KB for each
// connection that says nothing and takes 8 µs for a heartbeat and its answer, most of them to fetch
// those 10 KB into the processor's cache; this keeps the keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "edge/record_keys.hpp"

namespace varde::edge {

/// What may stand in a record.
enum class record_content : std::uint8_t { alert = 21, handshake = 22, data = 23 };

/// Alerts that are sent (RFC 8446, section 6).
enum class record_alert : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  decode_error = 50,
  internal_error = 80,
};

inline constexpr std::size_t record_plain_bytes_max = 16 * 1024;
/// With the kind of content, padding and tag.
inline constexpr std::size_t record_sealed_bytes_max = record_plain_bytes_max + 256;
inline constexpr std::size_t record_bytes_max = record_head_bytes + record_sealed_bytes_max;

/// One connection's receiving side.
class record_reader {
 public:
  enum class kind {
    incomplete,  // more bytes are needed
    data,        // something for the application
    nothing,     // a record without anything for it
    closed,      // the peer has said that it writes no more
    broken,      // can't be read on; `why` is to be told to the peer, if there is anything to tell
  };
  struct found {
    kind what = kind::incomplete;
    std::size_t consumed = 0;  // of the bytes given
    std::span<char> data;      // in them
    std::optional<record_alert> why;
  };

  record_reader(cipher_suite suite, std::span<const unsigned char> secret, std::uint64_t records)
      : keys_{suite, secret, records} {}

  /// Opens the record that `bytes` begin with, in place.
  [[nodiscard]] found next(std::span<char> bytes);
  /// How long the record is that `bytes` begin with, or at least is; never more than
  /// record_bytes_max.
  [[nodiscard]] static std::size_t length_of(std::span<const char> bytes);
  /// True once after the peer has asked for new keys of the other direction.
  [[nodiscard]] bool take_update_request() noexcept;

 private:
  found take_control(record_content content, std::span<const char> message, std::size_t consumed);

  record_keys keys_;
  std::uint8_t dataless_ = 0;  // records without data in a row
  bool update_requested_ = false;
};

/// One connection's sending side.
class record_writer {
 public:
  record_writer(cipher_suite suite, std::span<const unsigned char> secret, std::uint64_t records)
      : keys_{suite, secret, records} {}

  /// Appends a record with `data`, at most record_plain_bytes_max of it; before it new keys, if
  /// they are due. False if it can't be sealed.
  [[nodiscard]] bool append_data(std::string_view data, std::string& out);
  [[nodiscard]] bool append_alert(record_alert what, std::string& out);
  /// The next data goes under new keys.
  void want_update() noexcept { update_is_due_ = true; }

 private:
  [[nodiscard]] bool append(record_content content, std::string_view text, std::string& out);

  record_keys keys_;
  bool update_is_due_ = false;
};

}  // namespace varde::edge
