// Accepting in turns, so that a storm of new peers leaves time for those who are already here.
#include "edge/acceptor.hpp"

#include <cerrno>
#include <cstring>

#include "edge/edge_thread.hpp"

namespace varde::edge {

namespace {

constexpr int peers_per_turn_max = 32;
/// When the system has no descriptors left, asking again at once would only burn time.
constexpr std::chrono::milliseconds pause_when_exhausted{100};
constexpr std::chrono::milliseconds pause_when_crowded{10};

}  // namespace

acceptor::acceptor(edge_thread& home, listener via, descriptor listening, make_session make)
    : home_{home}, via_{via}, listening_{std::move(listening)}, make_{std::move(make)} {}

void acceptor::start() { home_.waits().watch(*this, listening_.get(), interest::readable); }

void acceptor::stop() {
  home_.due().set(*this, base::steady_time::max());
  home_.waits().forget(*this, listening_.get());
  listening_ = {};
}

void acceptor::pause(std::chrono::milliseconds time) {
  home_.waits().watch(*this, listening_.get(), interest::none);
  home_.due().set(*this, std::chrono::steady_clock::now() + time);
}

void acceptor::on_ready() {
  for (int i = 0; i < peers_per_turn_max; ++i) {
    if (home_.is_crowded()) return pause(pause_when_crowded);
    auto [socket, peer] = accept_peer(listening_.get());
    if (!socket) {
      if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;
      home_.note_rejected(via_, cause::over_limit);
      return pause(pause_when_exhausted);
    }
    const auto session = make_(std::move(socket), peer);
    if (home_.adopt(session, via_)) session->start();
  }
}

void acceptor::on_deadline() { start(); }

}  // namespace varde::edge
