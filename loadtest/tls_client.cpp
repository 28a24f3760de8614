// Non-blocking OpenSSL on an Asio socket: Asio only says when the descriptor is ready.
#include "tls_client.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include <array>
#include <boost/asio/post.hpp>
#include <stdexcept>

#include "source_address.hpp"

namespace varde::load {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

ssl_context make_ssl_context(const std::string& ca_file, const std::string& certificate,
                             const std::string& key) {
  ssl_context context(SSL_CTX_new(TLS_client_method()), ssl_context_delete{});
  if (!context) throw std::runtime_error("OpenSSL gives no context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) {
    throw std::runtime_error(fmt::format("can't read the certificate authority \"{}\"", ca_file));
  }
  if (!certificate.empty() &&
      (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)) {
    throw std::runtime_error(
        fmt::format("can't read the client certificate \"{}\" with its key", certificate));
  }
  return context;
}

tls_client::tls_client(asio::io_context& io, ssl_context context, events handlers)
    : byte_client(std::move(handlers)), socket_(io), context_(std::move(context)) {}

tls_client::~tls_client() { SSL_free(ssl_); }

void tls_client::connect(const target& to, std::size_t number) {
  open_from(socket_, to, number);
  socket_.async_connect(tcp::endpoint(to.address, to.port),
                        [self = shared_from_this()](boost::system::error_code error) {
                          if (self->closed_) return;
                          if (error) return self->fail("connect: " + error.message());
                          boost::system::error_code ignored;
                          self->socket_.non_blocking(true, ignored);
                          self->socket_.set_option(tcp::no_delay(true), ignored);
                          self->ssl_ = SSL_new(self->context_.get());
                          SSL_set_fd(self->ssl_, self->socket_.native_handle());
                          SSL_set_connect_state(self->ssl_);
                          self->handshake();
                        });
}

void tls_client::wait(tcp::socket::wait_type what, void (tls_client::*then)()) {
  socket_.async_wait(what, [self = shared_from_this(), then](boost::system::error_code error) {
    if (self->closed_) return;
    if (error) return self->fail("wait: " + error.message());
    (self.get()->*then)();
  });
}

void tls_client::on_ssl_result(int result, const char* during, void (tls_client::*then)()) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return wait(tcp::socket::wait_read, then);
    case SSL_ERROR_WANT_WRITE:
      return wait(tcp::socket::wait_write, then);
    case SSL_ERROR_ZERO_RETURN:
      return fail(fmt::format("{}: closed by the centre", during));
    default: {
      std::array<char, 160> text{};
      ERR_error_string_n(ERR_get_error(), text.data(), text.size());
      return fail(fmt::format("{}: {}", during, text.data()));
    }
  }
}

void tls_client::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) return on_ssl_result(result, "TLS handshake", &tls_client::handshake);
  ready_ = true;
  handlers_.on_ready();
  if (closed_) return;
  flush();
  read();
}

void tls_client::read() {
  static thread_local std::array<char, 16'384> buffer;
  // One call of the kernel takes what is there; if there is more, waiting ends at once.
  do {
    ERR_clear_error();
    const int got = SSL_read(ssl_, buffer.data(), buffer.size());
    if (got <= 0) return on_ssl_result(got, "read", &tls_client::read);
    handlers_.on_bytes({buffer.data(), static_cast<std::size_t>(got)});
    if (closed_) return;
  } while (SSL_has_pending(ssl_) == 1);
  wait(tcp::socket::wait_read, &tls_client::read);
}

void tls_client::flush() {
  if (!ready_ || closed_ || write_waits_) return;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    ERR_clear_error();
    const int wrote = SSL_write(ssl_, out_.data() + sent, static_cast<int>(out_.size() - sent));
    if (wrote > 0) {
      sent += static_cast<std::size_t>(wrote);
      continue;
    }
    out_.erase(0, sent);
    if (SSL_get_error(ssl_, wrote) != SSL_ERROR_WANT_WRITE) return fail("write failed");
    write_waits_ = true;
    socket_.async_wait(tcp::socket::wait_write,
                       [self = shared_from_this()](boost::system::error_code error) {
                         self->write_waits_ = false;
                         if (!error) self->flush();
                       });
    return;
  }
  out_.clear();
  // Idle connections are counted in thousands; what one long message needed is not kept.
  if (out_.capacity() > 4'096) out_.shrink_to_fit();
}

void tls_client::close() {
  if (closed_) return;
  closed_ = true;
  if (ready_) SSL_shutdown(ssl_);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void tls_client::abort() {
  if (closed_) return;
  boost::system::error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
  close();
}

void tls_client::fail(const std::string& why) {
  if (closed_) return;
  close();
  // Not from within a call that still uses this object's state.
  asio::post(socket_.get_executor(),
             [self = shared_from_this(), why] { self->handlers_.on_gone(why); });
}

}  // namespace varde::load
