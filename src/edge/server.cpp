// Wiring: contexts, sockets, threads, and which session a listener makes.
#include "edge/server.hpp"

#include <csignal>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "edge/acceptor.hpp"
#include "edge/datagram_socket.hpp"
#include "edge/edge_thread.hpp"
#include "edge/native_session.hpp"
#include "edge/plain_stream.hpp"
#include "edge/scaip_service.hpp"
#include "edge/scaip_session.hpp"
#include "edge/tls_context.hpp"
#include "edge/tls_stream.hpp"
#include "supervision/seen_table.hpp"

namespace varde::edge {

namespace {

/// Letters and digits in a SIP agent's tags, and bytes in the key of the digest nonces.
constexpr std::size_t tag_seed_bytes = 8;
constexpr std::size_t nonce_key_bytes = 32;
/// Our name in SIP where neither the configuration nor the address listened on gives one; never
/// resolves (RFC 2606).
constexpr std::string_view nameless_host = "varde.invalid";

acceptor::make_session make_native(edge_thread& home, SSL_CTX& context) {
  return [&home, &context](descriptor socket, const socket_address& peer) {
    auto stream = std::make_unique<tls_stream>(context, socket.get());
    return std::make_shared<native_session>(home, std::move(socket), std::move(stream), peer);
  };
}

/// In the clear without a context.
acceptor::make_session make_scaip(edge_thread& home, SSL_CTX* context,
                                  std::shared_ptr<scaip_service> service) {
  return [&home, context, service](descriptor socket, const socket_address& peer) {
    std::unique_ptr<byte_stream> stream;
    if (context != nullptr)
      stream = std::make_unique<tls_stream>(*context, socket.get());
    else
      stream = std::make_unique<plain_stream>(socket.get());
    return std::make_shared<scaip_session>(
        home, context != nullptr ? wire::transport::tls : wire::transport::tcp, std::move(socket),
        std::move(stream), peer, service);
  };
}

/// A SIP device proves itself by digest and may bring a maker's certificate of whatever authority,
/// so only native devices are asked for one.
base::result<context_handle> load_context(const options& settings, listener via) {
  const bool native = via == listener::native_tls;
  auto context =
      make_server_context({settings.certificate_file, settings.key_file,
                           native ? settings.client_authority_file : std::string{}, native});
  if (!context)
    spdlog::error("edge: TLS of {} with certificate {}, key {}, client authority {}: {}",
                  listener_name(via), base::log_safe(settings.certificate_file),
                  base::log_safe(settings.key_file), base::log_safe(settings.client_authority_file),
                  context.error().message());
  return context;
}

/// "host:port" for SIP's Via: the port that is bound, with a host that devices can make something
/// of.
std::string sent_by(const std::string& bound, const std::string& configured_host) {
  const auto colon = bound.rfind(':');
  if (colon == std::string::npos) return std::string{nameless_host} + ":5060";
  const auto host = bound.substr(0, colon);
  const bool any = host == "0.0.0.0" || host == "[::]";
  const auto name = !configured_host.empty() ? configured_host
                    : any                    ? std::string{nameless_host}
                                             : host;
  return name + bound.substr(colon);
}

}  // namespace

struct server::state {
  state(options given, lane_set& lanes, const registry::directory& directory,
        base::metrics& metrics)
      : settings{std::move(given)}, counted{metrics} {
    for (std::uint32_t i = 0; i < settings.threads; ++i)
      threads.push_back(std::make_unique<edge_thread>(i, settings, lanes, directory, counted));
  }

  /// What one edge thread listens with.
  struct sockets {
    descriptor native_tls, scaip_udp, scaip_tcp, scaip_tls;
  };
  using opener = base::result<descriptor> (*)(std::string_view address, bool shared);

  base::result<void> prepare_tls();
  base::result<std::vector<sockets>> open_sockets();
  base::result<void> open_one(opener open, const std::string& asked, std::string& bound_at,
                              descriptor& into);
  void put_to_work(edge_thread& home, sockets own);
  void put_scaip_to_work(edge_thread& home, sockets& own);
  void accept_with(edge_thread& home, listener via, descriptor socket, acceptor::make_session make);

  const options settings;
  counters counted;
  addresses bound;
  context_handle native_context;
  context_handle scaip_context;
  std::shared_ptr<wire::digest_gate> gate;
  std::vector<std::unique_ptr<edge_thread>> threads;
  std::vector<std::pair<edge_thread*, std::shared_ptr<acceptor>>> acceptors;
  bool started = false;
};

base::result<void> server::state::prepare_tls() {
  if (!settings.listen.native_tls.empty()) {
    auto context = load_context(settings, listener::native_tls);
    if (!context) return context.error();
    native_context = std::move(*context);
  }
  if (!settings.listen.scaip_tls.empty()) {
    auto context = load_context(settings, listener::scaip_tls);
    if (!context) return context.error();
    scaip_context = std::move(*context);
  }
  return {};
}

base::result<void> server::state::open_one(opener open, const std::string& asked,
                                           std::string& bound_at, descriptor& into) {
  if (asked.empty()) return {};
  // The first thread may get a free port of the system's choice; the others join it there.
  auto opened = open(bound_at.empty() ? asked : bound_at, threads.size() > 1);
  if (!opened) return opened.error();
  into = std::move(*opened);
  bound_at = bound_address(into.get());
  return {};
}

base::result<std::vector<server::state::sockets>> server::state::open_sockets() {
  std::vector<sockets> all(threads.size());
  const auto& asked = settings.listen;
  for (auto& own : all) {
    for (const auto& opened :
         {open_one(listen_tcp, asked.native_tls, bound.native_tls, own.native_tls),
          open_one(bind_udp, asked.scaip_udp, bound.scaip_udp, own.scaip_udp),
          open_one(listen_tcp, asked.scaip_tcp, bound.scaip_tcp, own.scaip_tcp),
          open_one(listen_tcp, asked.scaip_tls, bound.scaip_tls, own.scaip_tls)})
      if (!opened) return opened.error();
  }
  return all;
}

void server::state::accept_with(edge_thread& home, listener via, descriptor socket,
                                acceptor::make_session make) {
  if (!socket) return;
  const auto made = std::make_shared<acceptor>(home, via, std::move(socket), std::move(make));
  acceptors.emplace_back(&home, made);
  home.post([made] { made->start(); });
}

void server::state::put_scaip_to_work(edge_thread& home, sockets& own) {
  if (!own.scaip_udp && !own.scaip_tcp && !own.scaip_tls) return;
  wire::scaip_agent_options agent;
  agent.host = settings.sip_host.empty() ? std::string{nameless_host} : settings.sip_host;
  agent.sent_by_udp = sent_by(bound.scaip_udp, settings.sip_host);
  agent.sent_by_tcp = sent_by(bound.scaip_tcp, settings.sip_host);
  agent.sent_by_tls = sent_by(bound.scaip_tls, settings.sip_host);
  agent.gate = gate;
  agent.tag_seed = base::random_hex(tag_seed_bytes);
  const auto service = std::make_shared<scaip_service>(home, std::move(agent));
  home.add(service);
  if (own.scaip_udp) {
    const auto socket = std::make_shared<datagram_socket>(home, std::move(own.scaip_udp), service);
    service->send_datagrams_by([to = socket.get()](const wire::outgoing& one) { to->send(one); });
    home.add(socket);
    home.post([socket] { socket->start(); });
  }
  accept_with(home, listener::scaip_tcp, std::move(own.scaip_tcp),
              make_scaip(home, nullptr, service));
  accept_with(home, listener::scaip_tls, std::move(own.scaip_tls),
              make_scaip(home, scaip_context.get(), service));
}

void server::state::put_to_work(edge_thread& home, sockets own) {
  if (own.native_tls)
    accept_with(home, listener::native_tls, std::move(own.native_tls),
                make_native(home, *native_context));
  put_scaip_to_work(home, own);
}

server::server(options given, lane_set& lanes, const registry::directory& directory,
               base::metrics& metrics)
    : state_{std::make_unique<state>(std::move(given), lanes, directory, metrics)} {}

server::~server() { stop(); }

base::result<void> server::start() {
  if (state_->started) return error::already_started;
  state_->started = true;
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto ready = state_->prepare_tls(); !ready) return ready.error();
  auto sockets = state_->open_sockets();
  if (!sockets) return sockets.error();
  state_->gate = std::make_shared<wire::digest_gate>(state_->settings.sip_realm,
                                                     base::random_token(nonce_key_bytes));
  for (std::size_t i = 0; i < state_->threads.size(); ++i)
    state_->put_to_work(*state_->threads[i], std::move((*sockets)[i]));
  for (const auto& thread : state_->threads) thread->start();
  if (state_->settings.seen != nullptr) state_->settings.seen->listen(true);
  return {};
}

const addresses& server::bound() const noexcept { return state_->bound; }

std::vector<alarm::answer_sink*> server::sinks() const {
  std::vector<alarm::answer_sink*> all;
  for (const auto& thread : state_->threads) all.push_back(thread.get());
  return all;
}

void server::stop_accepting() {
  if (state_->settings.seen != nullptr) state_->settings.seen->listen(false);
  for (const auto& [thread, listening] : state_->acceptors)
    thread->post([listening] { listening->stop(); });
}

void server::stop() {
  stop_accepting();
  for (const auto& thread : state_->threads) thread->stop();
  state_->acceptors.clear();
}

}  // namespace varde::edge
