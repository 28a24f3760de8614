// A SIP device on TCP or TLS: cuts the stream into messages for the thread's SIP service and sends
// what that answers.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "edge/connection.hpp"
#include "edge/scaip_service.hpp"
#include "wire/sip_stream.hpp"

namespace varde::edge {

class scaip_session final : public connection {
 public:
  scaip_session(edge_thread& home, wire::transport via, descriptor socket,
                std::unique_ptr<byte_stream> stream, const socket_address& peer,
                std::shared_ptr<scaip_service> service);
  ~scaip_session() override;

  void send(std::string_view bytes) { outgoing().append(bytes); }
  /// A signal of this connection has gone to the core…
  void one_admitted() { ++in_flight_; }
  /// …and its answer has been queued here.
  void one_answered();

 private:
  void on_open() override;
  void on_bytes(std::string_view bytes, base::steady_time now) override;
  [[nodiscard]] patience input_patience() const override;
  void on_overdue(cause why) override { finish(why); }
  [[nodiscard]] std::size_t pending() const override { return in_flight_; }
  void on_farewell() override {}

  std::shared_ptr<scaip_service> service_;
  wire::sip_stream messages_;
  base::steady_time last_heard_{};
  base::steady_time message_began_{};  // of a half-read message
  std::uint64_t number_;
  std::uint32_t in_flight_ = 0;
  wire::transport transport_;
};

}  // namespace varde::edge
