// Binding, accepting and the TLS context.
#include "http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <optional>

#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/error.hpp"

namespace varde::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int backlog = 512;
/// After an accept that failed for want of descriptors.
constexpr std::chrono::milliseconds accept_pause{100};

base::result<tcp::endpoint> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return error::bad_address;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  unsigned short port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, bad] = std::from_chars(text.data() + colon + 1, end, port);
  error_code failed;
  const auto address = asio::ip::make_address(std::string{host}, failed);
  if (bad != std::errc{} || rest != end || failed) return error::bad_address;
  return tcp::endpoint{address, port};
}

std::string address_text(const tcp::endpoint& at) {
  const auto host = at.address().to_string();
  return at.address().is_v6() ? fmt::format("[{}]:{}", host, at.port())
                              : fmt::format("{}:{}", host, at.port());
}

/// HTTP/1.1 or nothing; a client without ALPN is served too.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned in_length, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof ours, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

base::result<void> prepare(asio::ssl::context& tls, const server_options& options) {
  SSL_CTX* raw = tls.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(
      raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  error_code failed;
  tls.use_certificate_chain_file(options.certificate_file, failed);
  if (!failed) tls.use_private_key_file(options.key_file, asio::ssl::context::pem, failed);
  if (failed || SSL_CTX_check_private_key(raw) != 1) {
    spdlog::error("https: cannot use certificate {} with key {}: {}",
                  base::log_safe(options.certificate_file), base::log_safe(options.key_file),
                  failed.message());
    return error::bad_certificate;
  }
  return {};
}

/// One listening socket and what it does with a fresh connection.
class listener : public std::enable_shared_from_this<listener> {
 public:
  using starter = std::function<void(tcp::socket)>;
  listener(asio::io_context& context, std::shared_ptr<site> s, starter start)
      : acceptor_{context}, pause_{context}, site_{std::move(s)}, start_{std::move(start)} {}

  base::result<void> open(const std::string& address) {
    const auto at = parse_address(address);
    if (!at) {
      spdlog::error("{}: {}", base::log_safe(address), at.error().message());
      return at.error();
    }
    error_code failed;
    acceptor_.open(at->protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (!failed) acceptor_.bind(*at, failed);
    if (!failed) acceptor_.listen(backlog, failed);
    if (failed) {
      spdlog::error("cannot listen on {}: {}", base::log_safe(address), failed.message());
      return error::cannot_listen;
    }
    bound_ = acceptor_.local_endpoint(failed);
    accept();
    return {};
  }

  [[nodiscard]] const tcp::endpoint& bound() const { return bound_; }
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code failed, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (failed) return self->rest();
      if (self->site_->open.size() >= self->site_->bounds.connections_max)
        self->site_->counters.turned_away.add();
      else {
        socket.set_option(tcp::no_delay{true}, failed);
        self->start_(std::move(socket));
      }
      self->accept();
    });
  }

  void rest() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([self = shared_from_this()](error_code failed) {
      if (!failed && self->acceptor_.is_open()) self->accept();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<site> site_;
  starter start_;
  tcp::endpoint bound_;
};

response health(bool well, std::string_view status,
                const std::vector<std::string>* degraded = nullptr) {
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("status", status);
  if (degraded) {
    json.key("degraded");
    json.begin_array();
    for (const auto& line : *degraded) json.value(line);
    json.end_array();
  }
  json.end_object();
  return json_response(std::move(text), well ? 200 : 503);
}

}  // namespace

struct server::state {
  state(web_thread& w, server_options o, base::metrics& m)
      : web{w},
        options{std::move(o)},
        metrics{m},
        secure{std::make_shared<site>(m, "https")},
        plain{std::make_shared<site>(m, "metrics")} {
    for (auto* s : {secure.get(), plain.get()}) {
      s->bounds = options.bounds;
      s->security_text = security_headers("");
      s->routes.route(method::get, "/healthz",
                      [](const exchange_pointer& e) { e->answer(health(true, "ok")); });
      s->routes.route(method::get, "/readyz", [this, s](const exchange_pointer& e) {
        const auto now = ready ? ready() : readiness{};
        const bool well = now.takes_work && !secure->draining;
        e->answer(
            health(well, well ? "ready" : "not_ready", s == plain.get() ? &now.degraded : nullptr));
      });
    }
    plain->routes.route(method::get, "/metrics", [this](const exchange_pointer& e) {
      response out;
      out.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                     {"Cache-Control", "no-store"}};
      out.body = metrics.render();
      e->answer(std::move(out));
    });
    for (const auto& origin : options.origins) secure->origins.add(origin);
  }

  void add_bound_origins() {
    const auto& at = secure_listener->bound();
    secure->origins.add("https://" + address_text(at));
    if (at.address().is_loopback() || at.address().is_unspecified()) {
      secure->origins.add(fmt::format("https://localhost:{}", at.port()));
      secure->origins.add(fmt::format("https://127.0.0.1:{}", at.port()));
    }
  }

  static void for_each_open(site& s, void (open_connection::*what)()) {
    const auto copy = s.open;
    for (auto* connection : copy)
      if (s.open.contains(connection)) (connection->*what)();
  }

  web_thread& web;
  server_options options;
  base::metrics& metrics;
  std::shared_ptr<site> secure;
  std::shared_ptr<site> plain;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  std::shared_ptr<listener> secure_listener;
  std::shared_ptr<listener> plain_listener;
  std::function<readiness()> ready;
};

server::server(web_thread& web, server_options options, base::metrics& metrics)
    : state_{std::make_unique<state>(web, std::move(options), metrics)} {}
server::~server() { stop(); }

router& server::routes() { return state_->secure->routes; }
const origin_list& server::origins() const { return state_->secure->origins; }
void server::on_ready(std::function<readiness()> ready) { state_->ready = std::move(ready); }
void server::set_tile_origins(std::string_view origins) {
  for (auto* s : {state_->secure.get(), state_->plain.get()})
    s->security_text = security_headers(origins);
}

base::result<void> server::start() {
  state& s = *state_;
  if (!s.options.console_dir.empty()) {
    auto content = pages::read(s.options.console_dir);
    if (!content) {
      spdlog::error("cannot read the pages in {}", base::log_safe(s.options.console_dir));
      return content.error();
    }
    s.secure->content = std::move(*content);
  }
  if (!s.options.https.empty()) {
    if (auto ok = prepare(s.tls, s.options); !ok) return ok;
    s.secure_listener = std::make_shared<listener>(
        s.web.context(), s.secure,
        [&s](tcp::socket socket) { serve_tls(s.secure, std::move(socket), s.tls); });
    if (auto ok = s.secure_listener->open(s.options.https); !ok) return ok;
    s.add_bound_origins();
  }
  if (!s.options.metrics.empty()) {
    s.plain_listener = std::make_shared<listener>(
        s.web.context(), s.plain,
        [&s](tcp::socket socket) { serve_plain(s.plain, std::move(socket)); });
    if (auto ok = s.plain_listener->open(s.options.metrics); !ok) return ok;
  }
  return {};
}

std::string server::https_address() const {
  return state_->secure_listener ? address_text(state_->secure_listener->bound()) : std::string{};
}
std::string server::metrics_address() const {
  return state_->plain_listener ? address_text(state_->plain_listener->bound()) : std::string{};
}

void server::stop_accepting() {
  if (state_->secure_listener) state_->secure_listener->close();
  state_->secure->draining = true;
  state::for_each_open(*state_->secure, &open_connection::drain);
}

void server::stop() {
  stop_accepting();
  if (state_->plain_listener) state_->plain_listener->close();
  for (auto* s : {state_->secure.get(), state_->plain.get()})
    state::for_each_open(*s, &open_connection::abort);
}

}  // namespace varde::http
