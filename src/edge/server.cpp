// Wiring: contexts, sockets, threads, and which session a listener makes.
#include "edge/server.hpp"

#include <csignal>

#include "base/log.hpp"
#include "edge/acceptor.hpp"
#include "edge/edge_thread.hpp"
#include "edge/native_session.hpp"
#include "edge/tls_context.hpp"
#include "edge/tls_stream.hpp"

namespace varde::edge {

struct server::state {
  state(options given, lane_set& lanes, const registry::directory& directory,
        base::metrics& metrics)
      : settings{std::move(given)}, counted{metrics} {
    for (std::uint32_t i = 0; i < settings.threads; ++i)
      threads.push_back(std::make_unique<edge_thread>(i, settings, lanes, directory, counted));
  }

  base::result<void> prepare_tls();
  base::result<void> listen_native();

  bool shared() const { return settings.threads > 1; }

  const options settings;
  counters counted;
  addresses bound;
  context_handle native_context;
  std::vector<std::unique_ptr<edge_thread>> threads;
  std::vector<std::pair<edge_thread*, std::shared_ptr<acceptor>>> acceptors;
  bool started = false;
};

namespace {

acceptor::make_session make_native(edge_thread& home, SSL_CTX& context) {
  return [&home, &context](descriptor socket, const socket_address& peer) {
    auto stream = std::make_unique<tls_stream>(context, socket.get());
    return std::make_shared<native_session>(home, std::move(socket), std::move(stream), peer);
  };
}

base::result<context_handle> load_context(const options& settings, bool only_tls_1_3) {
  auto context = make_server_context(
      {settings.certificate_file, settings.key_file, settings.client_authority_file, only_tls_1_3});
  if (!context)
    spdlog::error("edge: TLS with certificate {}, key {}, client authority {}: {}",
                  base::log_safe(settings.certificate_file), base::log_safe(settings.key_file),
                  base::log_safe(settings.client_authority_file), context.error().message());
  return context;
}

}  // namespace

base::result<void> server::state::prepare_tls() {
  if (settings.listen.native_tls.empty()) return {};
  auto context = load_context(settings, true);
  if (!context) return context.error();
  native_context = std::move(*context);
  return {};
}

base::result<void> server::state::listen_native() {
  if (settings.listen.native_tls.empty()) return {};
  for (const auto& thread : threads) {
    // The first may get a free port of the system's choice; the others join it there.
    const auto& address = bound.native_tls.empty() ? settings.listen.native_tls : bound.native_tls;
    auto listening = listen_tcp(address, shared());
    if (!listening) return listening.error();
    bound.native_tls = bound_address(listening->get());
    acceptors.emplace_back(thread.get(), std::make_shared<acceptor>(
                                             *thread, listener::native_tls, std::move(*listening),
                                             make_native(*thread, *native_context)));
  }
  return {};
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
  if (const auto listening = state_->listen_native(); !listening) {
    state_->acceptors.clear();
    return listening.error();
  }
  for (const auto& [thread, listening] : state_->acceptors)
    thread->post([listening] { listening->start(); });
  for (const auto& thread : state_->threads) thread->start();
  return {};
}

const addresses& server::bound() const noexcept { return state_->bound; }

std::vector<alarm::answer_sink*> server::sinks() const {
  std::vector<alarm::answer_sink*> all;
  for (const auto& thread : state_->threads) all.push_back(thread.get());
  return all;
}

void server::stop_accepting() {
  for (const auto& [thread, listening] : state_->acceptors)
    thread->post([listening] { listening->stop(); });
}

void server::stop() {
  stop_accepting();
  for (const auto& thread : state_->threads) thread->stop();
  state_->acceptors.clear();
}

}  // namespace varde::edge
