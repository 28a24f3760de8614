// TLS on the socket's own descriptor. OpenSSL makes the handshake; with TLS 1.3 the records after
// it are opened and sealed by the record layer next door, and OpenSSL's connection is let go of, so
// that an idle device costs its keys and nothing else. With TLS 1.2 OpenSSL stays.
#pragma once

#include <memory>
#include <string>

#include "edge/byte_stream.hpp"
#include "edge/openssl_handles.hpp"
#include "edge/record_layer.hpp"
#include "edge/tls_secrets.hpp"

namespace varde::edge {

class tls_stream final : public byte_stream {
 public:
  /// `context` must outlive the stream; `descriptor` must be non-blocking.
  tls_stream(SSL_CTX& context, int descriptor);
  ~tls_stream() override;

  io_result open() override;
  io_result read(std::span<char> into) override;
  io_result write(std::string_view bytes) override;
  void close() override;
  [[nodiscard]] std::optional<base::sha256_digest> take_peer_certificate() override;
  [[nodiscard]] bool resumed() const override { return resumed_; }

 private:
  /// The receiving side after the handshake.
  struct incoming {
    incoming(cipher_suite suite, const tls_secrets::side& theirs)
        : records{suite, theirs.secret(), theirs.records()} {}
    record_reader records;
    std::string kept;   // came, and is not opened yet
    std::string plain;  // opened, and not handed out yet
  };
  /// The sending side.
  struct outgoing {
    outgoing(cipher_suite suite, const tls_secrets::side& ours)
        : records{suite, ours.secret(), ours.records()} {}
    record_writer records;
    std::string kept;          // sealed, and not taken by the socket yet…
    std::size_t kept_for = 0;  // …for so many bytes of the caller's
  };

  io_result outcome(int returned) const;
  void hand_over();
  io_result read_by_openssl(std::span<char> into);
  io_result write_by_openssl(std::string_view bytes);
  io_result read_records(std::span<char> into);
  io_result hand_out(std::span<char> plain, std::span<char> into);
  io_result write_record(std::string_view bytes);
  std::optional<std::size_t> send(std::string_view sealed);
  void say(record_alert what);
  io_result fail(std::optional<record_alert> why);

  ssl_handle ssl_;                        // until the hand-over
  std::unique_ptr<tls_secrets> secrets_;  // likewise
  std::optional<incoming> in_;
  std::optional<outgoing> out_;
  std::optional<base::sha256_digest> certificate_;
  int descriptor_;
  bool opened_ = false;
  bool resumed_ = false;
  bool broken_ = false;  // after a fatal error nothing more may be said
};

}  // namespace varde::edge
