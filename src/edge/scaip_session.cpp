// The stream side of SIP: bounded messages, keep-alive pings, and an end to peers that drip or fall
// silent.
#include "edge/scaip_session.hpp"

#include "edge/edge_thread.hpp"

namespace varde::edge {

scaip_session::scaip_session(edge_thread& home, wire::transport via, descriptor socket,
                             std::unique_ptr<byte_stream> stream, const socket_address& peer,
                             std::shared_ptr<scaip_service> service)
    : connection{home, listener_of(via), std::move(socket), std::move(stream), peer},
      service_{std::move(service)},
      number_{service_->join(*this)},
      transport_{via} {}

scaip_session::~scaip_session() { service_->leave(number_); }

void scaip_session::on_open() { last_heard_ = std::chrono::steady_clock::now(); }

void scaip_session::on_bytes(std::string_view bytes, base::steady_time now) {
  const bool was_in_message = messages_.in_message();
  bool completed_one = false;
  const wire::peer from{transport_, source(), source_port(), number_};
  messages_.feed(bytes);
  while (takes_input()) {
    const auto item = messages_.next();
    if (!item) {
      service_->receive_broken(from, messages_.header(), item.error());
      return finish(item.error() == wire::error::too_long ? cause::too_long : cause::bad_input);
    }
    if (!*item) break;
    completed_one = true;
    if ((*item)->is_ping)
      send(wire::sip_stream::pong);
    else
      service_->receive(from, (*item)->message, now);
  }
  if (completed_one) last_heard_ = now;
  if (messages_.in_message() && (completed_one || !was_in_message)) message_began_ = now;
}

connection::patience scaip_session::input_patience() const {
  const auto& bounds = home().bounds();
  if (messages_.in_message()) return {message_began_ + bounds.message_max, cause::message_slow};
  return {last_heard_ + bounds.sip_idle_max, cause::silent};
}

void scaip_session::one_answered() {
  --in_flight_;
  if (!has_ended()) answer_came();
}

}  // namespace varde::edge
