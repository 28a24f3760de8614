// One TLS 1.3 connection as a device has it, made to be held by the thousand: the SSL works on the
// socket's own descriptor without a buffer of its own, and all connections of the thread read into
// one.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

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

/// Owned by one io_context's thread. Callbacks come from there and may destroy nothing but through
/// close().
class tls_client : public std::enable_shared_from_this<tls_client> {
 public:
  struct events {
    std::function<void()> on_ready;                   // the handshake is done
    std::function<void(std::string_view)> on_bytes;   // good until it returns
    std::function<void(const std::string&)> on_gone;  // once, with why; not after close()
  };

  tls_client(boost::asio::io_context& io, ssl_context context, events handlers);
  ~tls_client();

  void connect(const target& to);
  /// Queues bytes; flush() sends them, in one record if they fit.
  void queue(std::string_view bytes) { out_.append(bytes); }
  void flush();
  void close();

 private:
  void handshake();
  void read();
  void wait(boost::asio::ip::tcp::socket::wait_type what, void (tls_client::*then)());
  void fail(const std::string& why);
  // Waits for what SSL wants and calls `then`, or fails.
  void on_ssl_result(int result, const char* during, void (tls_client::*then)());

  boost::asio::ip::tcp::socket socket_;
  ssl_context context_;
  events handlers_;
  SSL* ssl_ = nullptr;
  std::string out_;
  bool ready_ = false;
  bool closed_ = false;
  bool write_waits_ = false;
};

}  // namespace varde::load
