// Carrying out what the agent says: admissions first, since one that is turned away at the door
// adds its answer to what is to be sent.
#include "edge/scaip_service.hpp"

#include "edge/scaip_session.hpp"
#include "registry/binding.hpp"
#include "wire/scaip.hpp"

namespace varde::edge {

namespace {

wire::moment moment_at(base::steady_time steady) { return {steady, base::wall_now()}; }

}  // namespace

listener listener_of(wire::transport via) {
  switch (via) {
    case wire::transport::udp:
      return listener::scaip_udp;
    case wire::transport::tcp:
      return listener::scaip_tcp;
    case wire::transport::tls:
      return listener::scaip_tls;
  }
  return listener::scaip_udp;
}

scaip_service::scaip_service(edge_thread& home, wire::scaip_agent_options options)
    : home_{home}, agent_{std::move(options), [this](std::string_view cid) {
                            return look_up(cid);
                          }} {}

std::uint64_t scaip_service::join(scaip_session& session) {
  sessions_.emplace(++last_connection_, &session);
  return last_connection_;
}

void scaip_service::leave(std::uint64_t connection) { sessions_.erase(connection); }

wire::scaip_device scaip_service::look_up(std::string_view cid) {
  wire::scaip_device found;
  const auto match = home_.registry().find_device(wire::scaip_protocol, cid);
  if (!match) return found;
  const auto& municipality = match->set->municipality();
  found.registered = true;
  found.digest_required = municipality.scaip_digest() == registry::v1::DIGEST_RULE_REQUIRED;
  found.digest_user = match->device->digest_user();
  found.digest_ha1 = match->device->digest_ha1();
  found.profile = match->device->profile();
  found.voice_number = municipality.voice_number();
  return found;
}

void scaip_service::receive(const wire::peer& from, std::string_view message,
                            base::steady_time received) {
  if (draining_) return;  // the device sends it again, to a server that is there
  agent_.receive(from, message, moment_at(received), actions_);
  carry_out(&from, received);
}

void scaip_service::receive_broken(const wire::peer& from, std::string_view header,
                                   base::error_code why) {
  agent_.receive_broken(from, header, why, actions_);
  carry_out(&from, std::chrono::steady_clock::now());
}

void scaip_service::answered(std::uint64_t ticket, alarm::verdict outcome) {
  const auto now = std::chrono::steady_clock::now();
  agent_.answered(ticket, outcome, moment_at(now), actions_);
  carry_out(nullptr, now);
  const auto stream = connection_of_.find(ticket);
  if (stream == connection_of_.end()) return;
  if (const auto session = sessions_.find(stream->second); session != sessions_.end())
    session->second->one_answered();
  connection_of_.erase(ticket);
}

void scaip_service::on_deadline() {
  const auto now = std::chrono::steady_clock::now();
  agent_.tick(moment_at(now), actions_);
  carry_out(nullptr, now);
}

void scaip_service::carry_out(const wire::peer* from, base::steady_time received) {
  auto wishes = std::exchange(actions_.admit, {});
  if (from != nullptr)
    for (auto& wish : wishes) admit(std::move(wish), *from, received);
  for (const auto& one : actions_.send) send(one);
  for (const auto& one : actions_.notes) note(one, from, received);
  actions_.clear();
  home_.due().set(*this, agent_.deadline().value_or(base::steady_time::max()));
}

void scaip_service::admit(wire::admission_wish wish, const wire::peer& from,
                          base::steady_time received) {
  offer one;
  one.bound =
      registry::bind(home_.registry(), wire::scaip_protocol, wish.signal.device(), from.host);
  home_.signs().heard(one.bound, wish.signal, received);
  one.received = received;
  one.target = std::static_pointer_cast<answer_target>(shared_from_this());
  one.cookie = wish.ticket;
  if (one.bound.number != registry::no_number) identified(from);
  const auto session = sessions_.find(from.connection);
  const auto outcome = home_.door().admit(std::move(wish.signal), std::move(one)).outcome;
  if (outcome != intake_outcome::to_core) {
    agent_.answered(wish.ticket, alarm::verdict::busy, moment_at(received), actions_);
  } else if (session != sessions_.end()) {
    connection_of_.emplace(wish.ticket, from.connection);
    session->second->one_admitted();
  }
}

void scaip_service::send(const wire::outgoing& one) {
  if (one.to.via == wire::transport::udp) {
    if (send_datagram_) send_datagram_(one);
  } else if (const auto session = sessions_.find(one.to.connection); session != sessions_.end()) {
    session->second->send(one.bytes);
  }
}

/// What the agent says of a device by its name was said by the device itself: it has proved who it
/// is if it must.
void scaip_service::heard(std::string_view cid, const wire::peer& from,
                          base::steady_time received) {
  const auto match = home_.registry().find_device(wire::scaip_protocol, cid);
  if (!match) return;
  identified(from);
  home_.signs().expect(match->number);
  home_.signs().heard(match->number, received);
}

void scaip_service::identified(const wire::peer& from) {
  const auto session = sessions_.find(from.connection);
  if (session != sessions_.end()) home_.identified(*session->second);
}

void scaip_service::note(const wire::agent_note& note, const wire::peer* from,
                         base::steady_time received) {
  const auto via = from != nullptr ? listener_of(from->via) : listener::scaip_udp;
  switch (note.what) {
    case wire::agent_event::heartbeat:
      if (from != nullptr) heard(note.device, *from, received);
      home_.counted().heartbeats[static_cast<std::size_t>(via)]->add();
      break;
    case wire::agent_event::malformed:
      home_.note_rejected(via, cause::bad_input);
      break;
    case wire::agent_event::denied:
      home_.note_rejected(via, cause::not_authorised);
      break;
    case wire::agent_event::overloaded:
      home_.note_rejected(via, cause::over_limit);
      break;
    case wire::agent_event::refused:
      home_.note_rejected(via, cause::not_taken);
      break;
    case wire::agent_event::mrs_lost:
      home_.counted().answers_lost->add();
      break;
    case wire::agent_event::repeated:
      home_.counted().repeated->add();
      break;
    case wire::agent_event::mrs_rejected:
      home_.counted().answers_rejected->add();
      break;
    case wire::agent_event::options:
    case wire::agent_event::challenged:
    case wire::agent_event::mrs_delivered:
    case wire::agent_event::verdict_late:
      break;
  }
}

}  // namespace varde::edge
