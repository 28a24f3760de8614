// Blocking sockets on a thread each: there is nothing to overlap within a handshake.
#include "peers/handshakes.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "demo.hpp"
#include "tls_client.hpp"

namespace varde::load {

namespace {

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};

struct session_delete {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using session_handle = std::unique_ptr<SSL_SESSION, session_delete>;

// The newest session that the server gave this thread; OpenSSL's callback has no other place for
// it.
thread_local session_handle newest_session;

int keep_session(SSL*, SSL_SESSION* session) {
  newest_session.reset(session);
  return 1;  // it is ours now
}

class connection {
 public:
  connection(const target& to, SSL_CTX* context) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(to.address.to_v4().to_uint());
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("nobody listens at " + to.text());
    }
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, socket_);
  }
  ~connection() {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ::close(socket_);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// True if the session was resumed.
  bool shake(SSL_SESSION* session) {
    if (session != nullptr) SSL_set_session(ssl_, session);
    ERR_clear_error();
    if (SSL_connect(ssl_) != 1) {
      std::array<char, 160> text{};
      ERR_error_string_n(ERR_get_error(), text.data(), text.size());
      throw std::runtime_error(fmt::format("TLS handshake: {}", text.data()));
    }
    return SSL_session_reused(ssl_) == 1;
  }

  /// In TLS 1.3 the ticket comes after the handshake, with no data to wait for.
  void take_ticket() {
    char nothing = 0;
    while (!newest_session) {
      const int got = SSL_read(ssl_, &nothing, 1);
      if (got <= 0 && !newest_session && SSL_get_error(ssl_, got) != SSL_ERROR_WANT_READ) {
        throw std::runtime_error("the server gives no session to resume");
      }
    }
  }

 private:
  int socket_;
  SSL* ssl_ = nullptr;
};

}  // namespace

handshake_outcome shake_hands(const handshake_plan& what) {
  const target to = loopback_target(what.where, "--to");
  const ssl_context context = make_ssl_context(what.ca_file);
  SSL_CTX_set_session_cache_mode(context.get(),
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context.get(), keep_session);
  // A read returns after a ticket instead of waiting for data that never comes.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);

  handshake_outcome result;
  std::mutex guard;
  std::string trouble;
  std::atomic<std::size_t> begun{0};
  const auto shake_all = [&] {
    try {
      session_handle session;
      if (what.resume) {
        newest_session.reset();
        connection first(to, context.get());
        first.shake(nullptr);
        first.take_ticket();
        session = std::move(newest_session);
      }
      while (begun.fetch_add(1) < what.count) {
        // OpenSSL lets a client use a ticket of TLS 1.3 once; a copy counts as another one.
        const session_handle copy(session ? SSL_SESSION_dup(session.get()) : nullptr);
        const auto start = clock::now();
        connection one(to, context.get());
        const bool was_resumed = one.shake(copy.get());
        const auto took = clock::now() - start;
        const std::scoped_lock lock(guard);
        ++result.done;
        result.resumed += was_resumed ? 1 : 0;
        result.took.record(static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
      }
    } catch (const std::exception& failure) {
      const std::scoped_lock lock(guard);
      trouble = failure.what();
    }
    newest_session.reset();
  };

  cpu_watch cpu(what.server_pid);
  const auto start = clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < what.threads; ++i) threads.emplace_back(shake_all);
  }
  result.in_s = std::chrono::duration<double>(clock::now() - start).count();
  result.cpu = cpu.since();
  if (!trouble.empty()) throw std::runtime_error(trouble);
  return result;
}

}  // namespace varde::load
