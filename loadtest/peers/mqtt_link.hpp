// MQTT 3.1.1 (OASIS standard, October 2014) as far as QoS 1 goes: publish, acknowledged by PUBACK,
// and a subscriber with a session that outlives its connection.
#pragma once

#include <vector>

#include "peers/peer_link.hpp"

namespace varde::load {

class mqtt_link : public peer_link {
 public:
  mqtt_link(peer_terms terms, events handlers);
  void publish(std::uint64_t number, unsigned priority, std::string_view payload) override;

 private:
  void on_open() override;
  std::size_t take(std::string_view input) override;
  void take_packet(unsigned kind, unsigned flags, std::string_view body);
  void take_publish(unsigned flags, std::string_view body);

  std::vector<std::uint64_t> number_of_;  // by packet id
  std::uint16_t last_id_ = 0;
};

}  // namespace varde::load
