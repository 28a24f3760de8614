// TLS on the socket's own descriptor: OpenSSL reads and writes it directly, without buffers
// between. An idle connection costs what OpenSSL keeps for its keys and nothing else; a stream with
// buffer pairs of its own costs five times that.
#pragma once

#include "edge/byte_stream.hpp"
#include "edge/openssl_handles.hpp"

namespace varde::edge {

class tls_stream final : public byte_stream {
 public:
  /// `context` must outlive the stream; `descriptor` must be non-blocking.
  tls_stream(SSL_CTX& context, int descriptor);

  io_result open() override;
  io_result read(std::span<char> into) override;
  io_result write(std::string_view bytes) override;
  void close() override;
  [[nodiscard]] std::optional<base::sha256_digest> take_peer_certificate() override;
  [[nodiscard]] bool resumed() const override;

 private:
  io_result outcome(int returned) const;

  ssl_handle ssl_;
  int descriptor_;
  bool opened_ = false;
  bool taken_ = false;   // the peer's certificate
  bool broken_ = false;  // after a fatal error OpenSSL forbids SSL_shutdown
};

}  // namespace varde::edge
