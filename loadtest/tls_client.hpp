// One TLS 1.3 connection as a device has it, made to be held by the thousand: the SSL works on the
// socket's own descriptor without a buffer of its own, and all connections of the thread read into
// one.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "byte_client.hpp"
#include "demo.hpp"

namespace varde::load {

struct ssl_context_delete {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ssl_context = std::shared_ptr<SSL_CTX>;

/// A context for TLS 1.3 that trusts only `ca_file`; with `certificate` and `key` (files) the
/// client shows who it is. Throws std::runtime_error.
[[nodiscard]] ssl_context make_ssl_context(const std::string& ca_file,
                                           const std::string& certificate = {},
                                           const std::string& key = {});

class tls_client : public byte_client, public std::enable_shared_from_this<tls_client> {
 public:
  tls_client(boost::asio::io_context& io, ssl_context context, events handlers);
  ~tls_client() override;

  /// `number` of this connection among all of its run: it decides the source address.
  void connect(const target& to, std::size_t number = 0);
  void flush() override;
  void close() override;
  /// Ends the connection, and what the kernel still has of it is not sent.
  void abort();

 private:
  void handshake();
  void read();
  void wait(boost::asio::ip::tcp::socket::wait_type what, void (tls_client::*then)());
  void fail(const std::string& why);
  // Waits for what SSL wants and calls `then`, or fails.
  void on_ssl_result(int result, const char* during, void (tls_client::*then)());

  boost::asio::ip::tcp::socket socket_;
  ssl_context context_;
  SSL* ssl_ = nullptr;
  bool ready_ = false;
  bool closed_ = false;
  bool write_waits_ = false;
};

}  // namespace varde::load
