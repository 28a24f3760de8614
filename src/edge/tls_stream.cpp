// The thread's OpenSSL error queue is cleared before each call: a leftover of another connection
// would be read as this one's failure.
#include "edge/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace varde::edge {

namespace {

/// OpenSSL keeps the peer's certificate, parsed, as long as the connection: some 5 KB, a quarter of
/// all that an idle device costs. The digest is all we need of it and it can't be taken away, so
/// its parts are replaced by the smallest there are. Its session ticket has been sealed before.
void hollow_out(X509& certificate) {
  static const std::array<unsigned char, 32> no_key{};
  static const key_handle small_key{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, no_key.data(), no_key.size())};
  static const std::unique_ptr<X509_NAME, released_by<X509_NAME_free>> no_name{X509_NAME_new()};
  X509_set_pubkey(&certificate, small_key.get());
  X509_set_subject_name(&certificate, no_name.get());
  X509_set_issuer_name(&certificate, no_name.get());
  while (X509_get_ext_count(&certificate) > 0)
    X509_EXTENSION_free(X509_delete_ext(&certificate, 0));
}

}  // namespace

tls_stream::tls_stream(SSL_CTX& context, int descriptor)
    : ssl_{SSL_new(&context)}, descriptor_{descriptor} {
  broken_ = !ssl_ || SSL_set_fd(ssl_.get(), descriptor) != 1;
  if (!broken_) SSL_set_accept_state(ssl_.get());
}

io_result tls_stream::outcome(int returned) const {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE:
      return {io_state::done, 0};
    case SSL_ERROR_WANT_READ:
      return {io_state::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {io_state::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {io_state::closed, 0};
    default:
      return {io_state::failed, 0};
  }
}

io_result tls_stream::open() {
  if (broken_) return {io_state::failed, 0};
  ERR_clear_error();
  const auto result = outcome(SSL_do_handshake(ssl_.get()));
  opened_ = result.state == io_state::done;
  broken_ = result.state == io_state::failed;
  return result;
}

io_result tls_stream::read(std::span<char> into) {
  if (broken_) return {io_state::failed, 0};
  ERR_clear_error();
  std::size_t got = 0;
  auto result = outcome(SSL_read_ex(ssl_.get(), into.data(), into.size(), &got));
  result.bytes = got;
  result.drained = SSL_has_pending(ssl_.get()) == 0;
  broken_ = result.state == io_state::failed;
  return result;
}

io_result tls_stream::write(std::string_view bytes) {
  if (broken_) return {io_state::failed, 0};
  ERR_clear_error();
  std::size_t sent = 0;
  auto result = outcome(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent));
  result.bytes = sent;
  broken_ = result.state == io_state::failed;
  return result;
}

void tls_stream::close() {
  if (opened_ && !broken_) {
    ERR_clear_error();
    SSL_shutdown(
        ssl_.get());  // sends close_notify; without it the session is not fit for resumption
  }
  ::shutdown(descriptor_, SHUT_WR);
}

bool tls_stream::resumed() const { return opened_ && SSL_session_reused(ssl_.get()) == 1; }

std::optional<base::sha256_digest> tls_stream::take_peer_certificate() {
  if (!opened_ || std::exchange(taken_, true)) return std::nullopt;
  if (SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return std::nullopt;
  // A resumed session brings its certificate along unverified by this handshake: it may have
  // expired since.
  const bool expired = X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0;
  base::sha256_digest digest;
  const bool taken = X509_digest(certificate, EVP_sha256(), digest.data(), nullptr) == 1;
  hollow_out(*certificate);
  if (expired || !taken) return std::nullopt;
  return digest;
}

}  // namespace varde::edge
