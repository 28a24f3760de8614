// What a handshake of OpenSSL's leaves to go on without it: each direction's traffic secret, and
// how many records have been sealed under it. OpenSSL tells the first to whoever keeps a log of
// keys, and the second to whoever traces messages; here nobody logs either.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "edge/openssl_handles.hpp"
#include "edge/record_keys.hpp"

namespace varde::edge {

/// Kept during a handshake, wiped after it.
class tls_secrets {
 public:
  class side {
   public:
    [[nodiscard]] std::span<const unsigned char> secret() const noexcept {
      return std::span{secret_}.first(size_);
    }
    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

   private:
    friend class tls_secrets;
    std::array<unsigned char, record_keys::secret_bytes_max> secret_{};
    std::size_t size_ = 0;
    std::uint64_t records_ = 0;
  };

  tls_secrets() = default;
  tls_secrets(const tls_secrets&) = delete;
  tls_secrets& operator=(const tls_secrets&) = delete;
  ~tls_secrets();

  /// To be called once for a context whose handshakes are to be listened to.
  static void listen_to(SSL_CTX& context);
  /// Notes what this connection's handshake says; outlives it, or hear_no_more() is called.
  void hear(SSL& connection);
  static void hear_no_more(SSL& connection);

  [[nodiscard]] bool complete() const noexcept { return ours.size_ > 0 && theirs.size_ > 0; }

  side ours;
  side theirs;

 private:
  static void on_key_line(const SSL* connection, const char* line);
  static void on_message(int writes, int version, int content, const void* bytes, std::size_t size,
                         SSL* connection, void* unused);
  static tls_secrets* of(const SSL* connection);
};

}  // namespace varde::edge
