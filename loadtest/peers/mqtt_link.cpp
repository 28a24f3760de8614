// Packets in, packets out; section numbers are the standard's.
#include "peers/mqtt_link.hpp"

#include <fmt/format.h>

namespace varde::load {

namespace {

// 2.2.1: control packet types.
enum packet : unsigned {
  connect = 1,
  connack = 2,
  publish_packet = 3,
  puback = 4,
  subscribe = 8,
  suback = 9,
};
constexpr unsigned qos_1 = 1;
constexpr unsigned subscribe_flags = 2;  // 3.8.1
constexpr char clean_session = 2;        // 3.1.2.3
constexpr std::size_t packet_ids = 65'536;

void add_u16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

std::uint16_t read_u16(std::string_view in) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(in[0]) << 8 |
                                    static_cast<unsigned char>(in[1]));
}

void add_text(std::string& out, std::string_view text) {
  add_u16(out, text.size());
  out += text;
}

std::string framed(unsigned kind, unsigned flags, std::string_view body) {
  std::string out(1, static_cast<char>(kind << 4 | flags));
  std::size_t rest = body.size();
  do {  // 2.2.3: seven bits a byte
    const unsigned digit = rest & 0x7f;
    rest >>= 7;
    out += static_cast<char>(digit | (rest > 0 ? 0x80 : 0));
  } while (rest > 0);
  return out.append(body);
}

}  // namespace

mqtt_link::mqtt_link(peer_terms terms, events handlers)
    : peer_link(std::move(terms), std::move(handlers)), number_of_(packet_ids) {}

void mqtt_link::on_open() {
  std::string body;
  add_text(body, "MQTT");
  body += '\4';  // level: 3.1.1
  body += terms_.role == peer_role::subscriber ? '\0' : clean_session;
  add_u16(body, 0);  // no keep-alive
  add_text(body, terms_.client);
  put(framed(connect, 0, body));
  flush();
}

void mqtt_link::publish(std::uint64_t number, unsigned, std::string_view payload) {
  if (++last_id_ == 0) ++last_id_;
  number_of_[last_id_] = number;
  std::string body;
  add_text(body, terms_.place);
  add_u16(body, last_id_);
  put(framed(publish_packet, qos_1 << 1, body.append(payload)));
}

std::size_t mqtt_link::take(std::string_view input) {
  std::size_t taken = 0;
  for (;;) {
    const std::string_view rest = input.substr(taken);
    std::size_t length = 0;
    std::size_t head = 1;
    bool whole = false;
    for (unsigned shift = 0; head < rest.size() && shift < 28 && !whole; shift += 7) {
      const auto digit = static_cast<unsigned char>(rest[head++]);
      length |= static_cast<std::size_t>(digit & 0x7f) << shift;
      whole = (digit & 0x80) == 0;
    }
    if (!whole || rest.size() < head + length) break;
    const auto first = static_cast<unsigned char>(rest[0]);
    take_packet(first >> 4, first & 0xf, rest.substr(head, length));
    taken += head + length;
  }
  flush();
  return taken;
}

void mqtt_link::take_packet(unsigned kind, unsigned flags, std::string_view body) {
  switch (kind) {
    case connack: {
      if (body.size() < 2 || body[1] != 0) return give_up("the broker refuses the connection");
      if (terms_.role == peer_role::publisher) return handlers_.on_ready();
      std::string wish;
      add_u16(wish, 1);
      add_text(wish, terms_.place);
      put(framed(subscribe, subscribe_flags, wish += static_cast<char>(qos_1)));
      return flush();
    }
    case suback:
      if (body.size() < 3 || body[2] != qos_1) return give_up("the broker gives less than QoS 1");
      return handlers_.on_ready();
    case puback:
      if (body.size() >= 2) handlers_.on_acknowledged(number_of_[read_u16(body)]);
      return;
    case publish_packet:
      return take_publish(flags, body);
    default:
      return;
  }
}

void mqtt_link::take_publish(unsigned flags, std::string_view body) {
  if (body.size() < 2) return give_up("a PUBLISH without a topic");
  const std::size_t topic_end = 2u + read_u16(body);
  const bool has_id = (flags >> 1 & 3) != 0;
  if (body.size() < topic_end + (has_id ? 2 : 0)) return give_up("a PUBLISH that is cut");
  if (has_id) put(framed(puback, 0, body.substr(topic_end, 2)));
  handlers_.on_shown(body.substr(topic_end + (has_id ? 2 : 0)));
}

}  // namespace varde::load
