// Frames and the few methods needed, by the AMQP 0-9-1 specification and RabbitMQ's confirm
// extension.
#include "peers/amqp_link.hpp"

#include <fmt/format.h>

namespace varde::load {

namespace {

enum frame_kind : unsigned { method_frame = 1, header_frame = 2, body_frame = 3 };
constexpr char frame_end = '\xce';
constexpr unsigned the_channel = 1;
constexpr std::size_t frame_head_bytes = 7;

// Class and method in one number.
constexpr std::uint32_t id(std::uint32_t of_class, std::uint32_t method) {
  return of_class << 16 | method;
}
constexpr std::uint32_t connection_start = id(10, 10), connection_start_ok = id(10, 11),
                        connection_tune = id(10, 30), connection_tune_ok = id(10, 31),
                        connection_open = id(10, 40), connection_open_ok = id(10, 41),
                        connection_close = id(10, 50), channel_open = id(20, 10),
                        channel_open_ok = id(20, 11), channel_close = id(20, 40),
                        queue_declare = id(50, 10), queue_declare_ok = id(50, 11),
                        basic_qos = id(60, 10), basic_qos_ok = id(60, 11),
                        basic_consume = id(60, 20), basic_consume_ok = id(60, 21),
                        basic_publish = id(60, 40), basic_deliver = id(60, 60),
                        basic_ack = id(60, 80), basic_nack = id(60, 120),
                        confirm_select = id(85, 10), confirm_select_ok = id(85, 11);
constexpr std::uint64_t basic_class = 60;
// Properties of a message, by their bits in the header frame.
constexpr std::uint64_t has_delivery_mode = 1u << 12, has_priority = 1u << 11;
constexpr char persistent = 2;
constexpr char durable = 2;  // of queue.declare's bits
constexpr char priority_max = 10;

void add_number(std::string& out, std::uint64_t value, unsigned bytes) {
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes) & 0xff);
}

std::uint64_t read_number(std::string_view in, unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(in[i]);
  return value;
}

void add_short_text(std::string& out, std::string_view text) {
  add_number(out, text.size(), 1);
  out += text;
}

void add_long_text(std::string& out, std::string_view text) {
  add_number(out, text.size(), 4);
  out += text;
}

void add_frame(std::string& out, unsigned kind, unsigned channel, std::string_view body) {
  add_number(out, kind, 1);
  add_number(out, channel, 2);
  add_long_text(out, body);
  out += frame_end;
}

}  // namespace

void amqp_link::on_open() {
  using namespace std::string_view_literals;
  put("AMQP\0\0\x09\x01"sv);
  flush();
}

void amqp_link::call(unsigned channel, std::uint32_t method, std::string_view arguments) {
  std::string body;
  add_number(body, method, 4);
  std::string frame;
  add_frame(frame, method_frame, channel, body.append(arguments));
  put(frame);
}

void amqp_link::publish(std::uint64_t number, unsigned priority, std::string_view payload) {
  std::string arguments;
  add_number(arguments, 0, 2);
  add_short_text(arguments, "");  // the default exchange goes by the queue's name
  add_short_text(arguments, terms_.place);
  add_number(arguments, 0, 1);
  call(the_channel, basic_publish, arguments);
  std::string header;
  add_number(header, basic_class, 2);
  add_number(header, 0, 2);
  add_number(header, payload.size(), 8);
  add_number(header, has_delivery_mode | has_priority, 2);
  header += persistent;
  header += static_cast<char>(priority);
  std::string frames;
  add_frame(frames, header_frame, the_channel, header);
  add_frame(frames, body_frame, the_channel, payload);
  put(frames);
  waiting_.push_back(number);
  settled_.push_back(false);
}

std::size_t amqp_link::take(std::string_view input) {
  std::size_t taken = 0;
  while (input.size() - taken >= frame_head_bytes + 1) {
    const std::string_view rest = input.substr(taken);
    const auto length = static_cast<std::size_t>(read_number(rest.substr(3), 4));
    if (rest.size() < frame_head_bytes + length + 1) break;
    take_frame(static_cast<unsigned>(read_number(rest, 1)), rest.substr(frame_head_bytes, length));
    taken += frame_head_bytes + length + 1;
  }
  acknowledge_shown();
  flush();
  return taken;
}

void amqp_link::take_frame(unsigned kind, std::string_view body) {
  if (kind == method_frame) return take_method(body);
  if (kind == header_frame && body.size() >= 12) {
    body_left_ = static_cast<std::size_t>(read_number(body.substr(4), 8));
    body_.clear();
  } else if (kind == body_frame) {
    body_.append(body);
    body_left_ -= std::min(body_left_, body.size());
    if (body_left_ == 0) handlers_.on_shown(body_);
  }
}

void amqp_link::take_method(std::string_view body) {
  if (body.size() < 4) return give_up("a method frame that is cut");
  const std::string_view arguments = body.substr(4);
  std::string answer;
  switch (static_cast<std::uint32_t>(read_number(body, 4))) {
    case connection_start: {
      using namespace std::string_view_literals;
      add_long_text(answer, "");  // no client properties
      add_short_text(answer, "PLAIN");
      add_long_text(answer, "\0guest\0guest"sv);
      add_short_text(answer, "en_US");
      return call(0, connection_start_ok, answer);
    }
    case connection_tune:
      add_number(answer, read_number(arguments, 2), 2);
      add_number(answer, read_number(arguments.substr(2), 4), 4);
      add_number(answer, 0, 2);  // no heartbeats
      call(0, connection_tune_ok, answer);
      answer.clear();
      add_short_text(answer, "/");
      add_short_text(answer, "");
      add_number(answer, 0, 1);
      return call(0, connection_open, answer);
    case connection_open_ok:
      add_short_text(answer, "");
      return call(the_channel, channel_open, answer);
    case channel_open_ok:
      return declare_queue();
    case queue_declare_ok:
      return begin_role();
    case basic_qos_ok:
      add_number(answer, 0, 2);
      add_short_text(answer, terms_.place);
      add_short_text(answer, terms_.client);
      add_number(answer, 0, 1);
      add_long_text(answer, "");
      return call(the_channel, basic_consume, answer);
    case confirm_select_ok:
    case basic_consume_ok:
      return handlers_.on_ready();
    case basic_ack:
      return take_confirm(arguments);
    case basic_deliver:
      shown_tag_ = read_number(arguments.substr(1 + static_cast<unsigned char>(arguments[0])), 8);
      return;
    case basic_nack:
      return give_up("the broker refuses a message");
    case connection_close:
    case channel_close:
      return give_up("the broker says: " +
                     std::string(arguments.substr(3, static_cast<unsigned char>(arguments[2]))));
    default:
      return;
  }
}

void amqp_link::declare_queue() {
  std::string table;
  if (terms_.has_priorities) {
    add_short_text(table, "x-max-priority");
    table += 'b';
    table += priority_max;
  } else {
    add_short_text(table, "x-queue-type");
    table += 'S';
    add_long_text(table, "quorum");
  }
  std::string arguments;
  add_number(arguments, 0, 2);
  add_short_text(arguments, terms_.place);
  arguments += durable;
  add_long_text(arguments, table);
  call(the_channel, queue_declare, arguments);
}

void amqp_link::begin_role() {
  if (terms_.role == peer_role::publisher) {
    return call(the_channel, confirm_select, std::string(1, '\0'));
  }
  std::string arguments;
  add_number(arguments, 0, 4);
  add_number(arguments, terms_.prefetch, 2);
  add_number(arguments, 0, 1);
  call(the_channel, basic_qos, arguments);
}

void amqp_link::take_confirm(std::string_view arguments) {
  const std::uint64_t tag = read_number(arguments, 8);
  const bool all_before = arguments.size() > 8 && (arguments[8] & 1) != 0;
  if (tag <= confirmed_ || tag - confirmed_ > waiting_.size()) return;
  const auto position = static_cast<std::size_t>(tag - confirmed_ - 1);
  for (std::size_t i = all_before ? 0 : position; i <= position; ++i) {
    if (settled_[i]) continue;
    settled_[i] = true;
    handlers_.on_acknowledged(waiting_[i]);
  }
  while (!settled_.empty() && settled_.front()) {
    settled_.pop_front();
    waiting_.pop_front();
    ++confirmed_;
  }
}

void amqp_link::acknowledge_shown() {
  if (shown_tag_ == acknowledged_tag_) return;
  acknowledged_tag_ = shown_tag_;
  std::string arguments;
  add_number(arguments, shown_tag_, 8);
  add_number(arguments, 1, 1);  // and all before it
  call(the_channel, basic_ack, arguments);
}

}  // namespace varde::load
