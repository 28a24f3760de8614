// A device that shares no code with the server's own path: OpenSSL's BIO client, blocking, and
// frames that are cut by hand here. What it gets is what any maker's device would get.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "edge/certificates.hpp"
#include "varde/device/v1/device.pb.h"

namespace varde::edge::test {

/// A TCP or TLS client. All waits end after ten seconds.
class stranger {
 public:
  struct how {
    const credentials* identity = nullptr;  // client certificate
    SSL_SESSION* resume = nullptr;
    int tls_version_max = 0;       // 0: any
    int receive_buffer_bytes = 0;  // of the kernel; 0: its own choice
    bool tls = true;
  };

  /// Check connected() after it.
  stranger(const std::string& address, how with);
  explicit stranger(const std::string& address) : stranger{address, how{}} {}
  ~stranger();
  stranger(stranger&&) noexcept;

  [[nodiscard]] bool connected() const noexcept { return connected_; }
  [[nodiscard]] bool resumed() const;
  /// Good once something has been read. The caller frees it.
  [[nodiscard]] SSL_SESSION* session() const;

  /// TLS 1.3: new keys with the next thing sent, and asks the server for new ones.
  void renew_keys();
  /// False if the connection is gone.
  bool send(std::string_view bytes);
  /// What comes next, at least a byte; empty if the connection is gone or nothing came.
  std::string receive();
  /// Reads until `text` has come; everything read so far. Without it if the connection ended.
  std::string receive_until(std::string_view text);
  /// True when the server has closed the connection, after what it had still to say.
  bool sees_the_end();
  /// Ends our side in order.
  void close();

  // The native protocol.
  bool send(const device::v1::FromDevice& message);
  bool say_hello(std::string_view device, std::string_view secret = {});
  bool send_signal(std::uint64_t sequence, std::uint32_t status = 10);
  /// The next frame; nullopt if the connection is gone.
  std::optional<device::v1::FromCentre> next();

 private:
  struct release {
    void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
    void operator()(BIO* b) const { BIO_free_all(b); }
  };
  bool fill();

  std::unique_ptr<SSL_CTX, release> context_;
  std::unique_ptr<BIO, release> bio_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
  std::string unread_;
};

/// A frame around a message, by hand.
[[nodiscard]] std::string framed(const std::string& body);

}  // namespace varde::edge::test
