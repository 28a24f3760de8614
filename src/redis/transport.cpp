// Two streams share one class template: a plain socket (Unix or TCP, as Asio's generic socket) and
// TLS over one.
#include "redis/transport.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>
#include <vector>

#include "redis/error.hpp"

namespace varde::redis {

namespace {

namespace asio = boost::asio;
using any_socket = asio::generic::stream_protocol::socket;
using any_endpoint = asio::generic::stream_protocol::endpoint;

/// sun_path's size without its ending zero.
constexpr std::size_t unix_path_max = 107;

/// Connecting a plain socket to what the endpoint says.
template <class Derived>
class socket_transport : public transport, public std::enable_shared_from_this<Derived> {
 public:
  socket_transport(asio::io_context& io, endpoint where)
      : where_(std::move(where)), io_(io), resolver_(io) {}

  void close() override {
    closed_ = true;
    resolver_.cancel();
    base::error_code ignored;
    derived().socket().close(ignored);
  }

 protected:
  Derived& derived() { return static_cast<Derived&>(*this); }

  void connect_socket(done handler) {
    if (!where_.unix_path.empty()) return connect_unix(std::move(handler));
    resolver_.async_resolve(
        where_.host, std::to_string(where_.port),
        [self = this->shared_from_this(), handler = std::move(handler)](
            base::error_code error, asio::ip::tcp::resolver::results_type found) mutable {
          if (error || self->closed_)
            return handler(error ? error : base::error_code{asio::error::operation_aborted});
          self->connect_tcp(std::move(found), std::move(handler));
        });
  }

  const endpoint where_;

 private:
  void connect_unix(done handler) {
    if (where_.unix_path.size() > unix_path_max)
      return asio::post(io_, [handler = std::move(handler)] { handler(errc::bad_endpoint); });
    derived().socket().async_connect(
        asio::local::stream_protocol::endpoint{where_.unix_path},
        [self = this->shared_from_this(), handler = std::move(handler)](base::error_code error) {
          handler(error);
        });
  }

  void connect_tcp(asio::ip::tcp::resolver::results_type found, done handler) {
    auto candidates = std::make_shared<std::vector<any_endpoint>>();
    for (const auto& one : found) candidates->emplace_back(one.endpoint());
    asio::async_connect(derived().socket(), *candidates,
                        [self = this->shared_from_this(), candidates, handler = std::move(handler)](
                            base::error_code error, const any_endpoint&) {
                          if (!error) self->tune();
                          handler(error);
                        });
  }

  void tune() {
    base::error_code ignored;
    derived().socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    derived().socket().set_option(asio::socket_base::keep_alive{true}, ignored);
  }

  asio::io_context& io_;
  asio::ip::tcp::resolver resolver_;
  bool closed_ = false;
};

/// Reading and writing, the same for every Asio stream. The handlers hold the transport.
template <class Self, class Stream>
void read_from(Self self, Stream& stream, std::span<char> into, transport::read_done handler) {
  stream.async_read_some(asio::buffer(into.data(), into.size()),
                         [self = std::move(self), handler = std::move(handler)](
                             base::error_code error, std::size_t size) { handler(error, size); });
}
template <class Self, class Stream>
void write_to(Self self, Stream& stream, std::string_view bytes, transport::done handler) {
  asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()),
                    [self = std::move(self), handler = std::move(handler)](
                        base::error_code error, std::size_t) { handler(error); });
}

class plain_transport final : public socket_transport<plain_transport> {
 public:
  plain_transport(asio::io_context& io, const endpoint& where)
      : socket_transport(io, where), socket_(io) {}

  any_socket& socket() { return socket_; }

  void connect(done handler) override { connect_socket(std::move(handler)); }
  void read_some(std::span<char> into, read_done handler) override {
    read_from(shared_from_this(), socket_, into, std::move(handler));
  }
  void write(std::string_view bytes, done handler) override {
    write_to(shared_from_this(), socket_, bytes, std::move(handler));
  }

 private:
  any_socket socket_;
};

class tls_transport final : public socket_transport<tls_transport> {
 public:
  tls_transport(asio::io_context& io, const endpoint& where)
      : socket_transport(io, where),
        context_(asio::ssl::context::tls_client),
        stream_(prepared(io)) {}

  any_socket& socket() { return stream_.next_layer(); }

  void connect(done handler) override {
    if (setup_error_)
      return asio::post(stream_.get_executor(),
                        [self = shared_from_this(), handler = std::move(handler)] {
                          handler(self->setup_error_);
                        });
    connect_socket(
        [self = shared_from_this(), handler = std::move(handler)](base::error_code error) mutable {
          if (error) return handler(error);
          self->shake_hands(std::move(handler));
        });
  }
  void read_some(std::span<char> into, read_done handler) override {
    read_from(shared_from_this(), stream_, into, std::move(handler));
  }
  void write(std::string_view bytes, done handler) override {
    write_to(shared_from_this(), stream_, bytes, std::move(handler));
  }

 private:
  /// Reads the certificates anew at every connect, so that renewed files are picked up. The first
  /// failure is kept.
  asio::ssl::stream<any_socket> prepared(asio::io_context& io) {
    const auto keep = [this](base::error_code error) {
      if (error && !setup_error_) setup_error_ = error;
    };
    base::error_code error;
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
    context_.set_verify_mode(asio::ssl::verify_peer, error);
    keep(error);
    if (where_.ca_file.empty())
      context_.set_default_verify_paths(error);
    else
      context_.load_verify_file(where_.ca_file, error);
    keep(error);
    if (!where_.cert_file.empty()) {
      context_.use_certificate_chain_file(where_.cert_file, error);
      keep(error);
    }
    if (!where_.key_file.empty()) {
      context_.use_private_key_file(where_.key_file, asio::ssl::context::pem, error);
      keep(error);
    }
    return {io, context_};
  }

  void shake_hands(done handler) {
    base::error_code not_checked;
    stream_.set_verify_callback(asio::ssl::host_name_verification{where_.host}, not_checked);
    if (not_checked) return handler(not_checked);
    // The name in the hello lets a server with several certificates choose; an address is not a
    // name.
    base::error_code not_an_address;
    asio::ip::make_address(where_.host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(stream_.native_handle(), where_.host.c_str());
    stream_.async_handshake(
        asio::ssl::stream_base::client,
        [self = shared_from_this(), handler = std::move(handler)](base::error_code failed) {
          const bool ours = failed.category() == asio::error::get_ssl_category();
          handler(ours ? base::error_code{errc::certificate_refused} : failed);
        });
  }

  base::error_code setup_error_;
  asio::ssl::context context_;
  asio::ssl::stream<any_socket> stream_;
};

}  // namespace

std::shared_ptr<transport> make_transport(asio::io_context& io, const endpoint& where) {
  if (where.tls) return std::make_shared<tls_transport>(io, where);
  return std::make_shared<plain_transport>(io, where);
}

}  // namespace varde::redis
