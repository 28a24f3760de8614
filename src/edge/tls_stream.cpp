// The thread's OpenSSL error queue is cleared before each call: a leftover of another connection
// would be read as this one's failure.
#include "edge/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <cerrno>

namespace varde::edge {

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

std::optional<base::sha256_digest> tls_stream::peer_certificate() const {
  if (!opened_ || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return std::nullopt;
  // A resumed session brings its certificate along unverified by this handshake: it may have
  // expired since.
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) return std::nullopt;
  base::sha256_digest digest;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), nullptr) != 1) return std::nullopt;
  return digest;
}

}  // namespace varde::edge
