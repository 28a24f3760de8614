// The SIP side of one edge thread: the wire room's agent, fed by the datagram socket and the stream
// sessions, with its timers, its admissions and its answers carried out. What the agent says is all
// that happens; nothing of SIP is here.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "edge/deadlines.hpp"
#include "edge/edge_thread.hpp"
#include "edge/service.hpp"
#include "edge/waiting_room.hpp"
#include "wire/scaip_agent.hpp"

namespace varde::edge {

class scaip_session;

/// Used on its edge thread only.
class scaip_service final : public service,
                            public answer_target,
                            public std::enable_shared_from_this<scaip_service>,
                            private deadline_entry {
 public:
  scaip_service(edge_thread& home, wire::scaip_agent_options options);

  /// Who sends datagrams; without one they are dropped.
  void send_datagrams_by(std::function<void(const wire::outgoing&)> sender) {
    send_datagram_ = std::move(sender);
  }
  /// A session's number, by which the agent addresses it, until it leaves.
  [[nodiscard]] std::uint64_t join(scaip_session& session);
  void leave(std::uint64_t connection);

  /// One whole SIP message. `received` at the socket.
  void receive(const wire::peer& from, std::string_view message, base::steady_time received);
  void receive_broken(const wire::peer& from, std::string_view header, base::error_code why);

  void answered(std::uint64_t ticket, alarm::verdict outcome) override;

  void flush() override {}
  void drain() override { draining_ = true; }
  [[nodiscard]] bool is_drained() const override { return agent_.waiting() == 0; }
  void end() override { home_.due().set(*this, base::steady_time::max()); }

 private:
  [[nodiscard]] wire::scaip_device look_up(std::string_view cid);
  void carry_out(const wire::peer* from, base::steady_time received);
  void admit(wire::admission_wish wish, const wire::peer& from, base::steady_time received);
  void send(const wire::outgoing& one);
  void note(const wire::agent_note& note, const wire::peer* from, base::steady_time received);
  void heard(std::string_view cid, const wire::peer& from, base::steady_time received);
  void identified(const wire::peer& from);
  void on_deadline() override;

  edge_thread& home_;
  wire::scaip_agent agent_;
  wire::agent_actions actions_;
  std::function<void(const wire::outgoing&)> send_datagram_;
  boost::unordered_flat_map<std::uint64_t, scaip_session*> sessions_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> connection_of_;  // by agent's ticket
  std::uint64_t last_connection_ = 0;
  bool draining_ = false;
  base::log_limiter log_denied_{5};
};

/// The listener that a transport comes in by.
[[nodiscard]] listener listener_of(wire::transport via);

}  // namespace varde::edge
