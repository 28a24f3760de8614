// The blocking client.
#include "edge/stranger.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "edge/harness.hpp"

namespace varde::edge::test {

namespace {

constexpr time_t wait_max_s = 10;

void bound_waits(BIO* bio, int receive_buffer_bytes) {
  int fd = -1;
  BIO_get_fd(bio, &fd);
  const timeval limit{wait_max_s, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (receive_buffer_bytes > 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
}

}  // namespace

stranger::stranger(const std::string& address, how with) {
  ERR_clear_error();
  BIO* tcp = BIO_new_connect(address.c_str());
  if (!with.tls) {
    bio_.reset(tcp);
    connected_ = BIO_do_connect(tcp) == 1;
    if (connected_) bound_waits(tcp, with.receive_buffer_bytes);
    return;
  }
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_load_verify_locations(context_.get(),
                                test_certificates::get().authority.certificate.c_str(), nullptr);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (with.tls_version_max != 0)
    SSL_CTX_set_max_proto_version(context_.get(), with.tls_version_max);
  if (with.identity != nullptr) {
    SSL_CTX_use_certificate_chain_file(context_.get(), with.identity->certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), with.identity->key.c_str(), SSL_FILETYPE_PEM);
  }
  BIO* tls = BIO_new_ssl(context_.get(), 1);
  bio_.reset(BIO_push(tls, tcp));
  BIO_get_ssl(tls, &ssl_);
  SSL_set1_host(ssl_, "127.0.0.1");
  if (with.resume != nullptr) SSL_set_session(ssl_, with.resume);
  if (BIO_do_connect(tcp) != 1) return;
  bound_waits(tcp, with.receive_buffer_bytes);
  connected_ = BIO_do_handshake(tls) == 1;
}

stranger::~stranger() = default;
stranger::stranger(stranger&&) noexcept = default;

bool stranger::resumed() const { return SSL_session_reused(ssl_) == 1; }
SSL_SESSION* stranger::session() const { return SSL_get1_session(ssl_); }

void stranger::renew_keys() { SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED); }

bool stranger::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const int sent = BIO_write(bio_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool stranger::fill() {
  char buffer[4096];
  ERR_clear_error();
  const int got = BIO_read(bio_.get(), buffer, sizeof buffer);
  if (got > 0) unread_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

std::string stranger::receive() {
  if (unread_.empty()) fill();
  return std::exchange(unread_, {});
}

std::string stranger::receive_until(std::string_view text) {
  while (unread_.find(text) == std::string::npos && fill()) {
  }
  return std::exchange(unread_, {});
}

bool stranger::sees_the_end() {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (fill() && std::chrono::steady_clock::now() < until) {
  }
  return std::chrono::steady_clock::now() < until;
}

void stranger::close() {
  ssl_ != nullptr ? (void)SSL_shutdown(ssl_) : (void)BIO_shutdown_wr(bio_.get());
}

std::string framed(const std::string& body) {
  std::string out;
  std::size_t rest = body.size();
  for (; rest >= 0x80; rest >>= 7) out += static_cast<char>((rest & 0x7f) | 0x80);
  out += static_cast<char>(rest);
  return out + body;
}

bool stranger::send(const device::v1::FromDevice& message) {
  return send(framed(message.SerializeAsString()));
}

bool stranger::say_hello(std::string_view device, std::string_view secret) {
  device::v1::FromDevice message;
  message.mutable_hello()->set_device(std::string{device});
  message.mutable_hello()->set_secret(std::string{secret});
  message.mutable_hello()->set_protocol_version(1);
  return send(message);
}

bool stranger::send_signal(std::uint64_t sequence, std::uint32_t status) {
  device::v1::FromDevice message;
  auto& signal = *message.mutable_signal();
  signal.set_sequence(sequence);
  signal.set_device_type(3);
  signal.set_status(status);
  return send(message);
}

std::optional<device::v1::FromCentre> stranger::next() {
  for (;;) {
    std::size_t length = 0;
    std::size_t prefix = 0;
    bool whole = false;
    while (prefix < unread_.size() && !whole) {
      const auto byte = static_cast<unsigned char>(unread_[prefix]);
      length |= static_cast<std::size_t>(byte & 0x7f) << (7 * prefix);
      ++prefix;
      whole = (byte & 0x80) == 0;
    }
    if (whole && unread_.size() >= prefix + length) {
      device::v1::FromCentre message;
      if (!message.ParseFromString(unread_.substr(prefix, length))) return std::nullopt;
      unread_.erase(0, prefix + length);
      return message;
    }
    if (!fill()) return std::nullopt;
  }
}

}  // namespace varde::edge::test
