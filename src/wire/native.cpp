// The framer reads straight from the caller's buffer and copies only a frame that straddles two
// reads.
#include "wire/native.hpp"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <boost/container/static_vector.hpp>
#include <cmath>

#include "wire/text.hpp"

namespace varde::wire {

namespace {

/// A length up to native_frame_bytes_max fits in two groups of seven bits; a padded or longer one
/// is no length.
constexpr std::size_t prefix_bytes_max = 2;
static_assert(native_frame_bytes_max < std::size_t{1} << (7 * prefix_bytes_max));

constexpr std::uint32_t code_max = 9999;
constexpr std::uint32_t short_code_max = 999;

struct prefix {
  std::size_t bytes = 0;   // of the prefix itself
  std::size_t length = 0;  // of the frame after it
};

/// nullopt when the prefix is not whole yet.
base::result<std::optional<prefix>> read_prefix(std::string_view bytes) {
  prefix found;
  for (const char c : bytes.substr(0, prefix_bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    found.length |= static_cast<std::size_t>(byte & 0x7F) << (7 * found.bytes);
    ++found.bytes;
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && found.bytes > 1) return error::malformed_length;
    if (found.length > native_frame_bytes_max) return error::too_long;
    return found;
  }
  if (found.bytes == prefix_bytes_max) return error::too_long;
  return std::nullopt;
}

template <class Text>
void append_varint(std::uint64_t rest, Text& out) {
  for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<char>((rest & 0x7F) | 0x80));
  out.push_back(static_cast<char>(rest));
}

template <class Message>
void append(const Message& message, std::string& out) {
  append_varint(message.ByteSizeLong(), out);
  message.AppendToString(&out);
}

/// Tags of a message (2) or a number (0) in a field.
constexpr char message_tag(int field) { return static_cast<char>(field << 3 | 2); }
constexpr char number_tag(int field) { return static_cast<char>(field << 3); }

/// The fields of an answer that is written by hand, since it is sent so often.
using short_body = boost::container::static_vector<char, 32>;

/// As protobuf writes it, which leaves out a field that is 0.
void append_number(int field, std::uint64_t value, short_body& body) {
  if (value == 0) return;
  body.push_back(number_tag(field));
  append_varint(value, body);
}

/// The frame of a FromCentre with nothing but this in the field of that number. Its lengths are
/// short, so each is one byte.
void append_short(int field, const short_body& body, std::string& out) {
  const auto length = static_cast<char>(body.size());
  const std::array<char, 3> head{static_cast<char>(2 + length), message_tag(field), length};
  out.append(head.data(), head.size()).append(body.data(), body.size());
}

/// Protobuf writes to standard error about bytes it can't parse; a stranger shall not write there.
void silence_protobuf() {
  static const bool done = (google::protobuf::SetLogHandler(nullptr), true);
  (void)done;
}

template <class Message>
base::result<Message> parse(std::string_view frame) {
  silence_protobuf();
  base::result<Message> message;  // the one thing returned, so that it is never moved
  if (!message->ParseFromArray(frame.data(), static_cast<int>(frame.size())) ||
      message->body_case() == Message::BODY_NOT_SET)
    message = error::malformed_frame;
  return message;
}

alarm::v1::Intent to_intent(device::v1::Intent intent) {
  switch (intent) {
    case device::v1::INTENT_RESET:
      return alarm::v1::INTENT_RESET;
    case device::v1::INTENT_INFORMATION:
      return alarm::v1::INTENT_INFORMATION;
    default:
      return alarm::v1::INTENT_ALARM;
  }
}

/// What makes a signal none that can be taken; success if nothing does.
base::error_code fault_of(const device::v1::Signal& signal, std::string_view device) {
  if (device.empty() || device.size() > device_name_bytes_max) return error::bad_device;
  if (signal.sequence() == 0) return error::bad_sequence;
  if (signal.device_type() > code_max) return error::bad_device_type;
  if (signal.status() > code_max) return error::bad_status;
  return {};
}

bool is_on_earth(const device::v1::Position& p) {
  return std::abs(p.latitude_deg()) <= 90 && std::abs(p.longitude_deg()) <= 180;
}

}  // namespace

base::result<std::optional<std::string_view>> native_framer::next() {
  if (kept_is_taken_) {
    std::string{}.swap(kept_);
    kept_is_taken_ = false;
  }
  if (!kept_.empty()) {
    // Take over just enough bytes to know the length, then just enough to have the frame.
    for (;;) {
      auto head = read_prefix(kept_);
      if (!head) return head.error();
      const std::size_t wanted = *head ? (*head)->bytes + (*head)->length : kept_.size() + 1;
      if (*head && kept_.size() == wanted) {
        kept_is_taken_ = true;
        return std::string_view{kept_}.substr((*head)->bytes);
      }
      if (input_.empty()) return std::nullopt;
      const std::size_t taken = std::min(wanted - kept_.size(), input_.size());
      kept_.append(input_.substr(0, taken));
      input_.remove_prefix(taken);
    }
  }
  auto head = read_prefix(input_);
  if (!head) return head.error();
  if (!*head || input_.size() - (*head)->bytes < (*head)->length) {
    kept_ = input_;
    input_ = {};
    return std::nullopt;
  }
  const auto frame = input_.substr((*head)->bytes, (*head)->length);
  input_.remove_prefix((*head)->bytes + (*head)->length);
  return frame;
}

base::result<device::v1::FromDevice> parse_from_device(std::string_view frame) {
  return parse<device::v1::FromDevice>(frame);
}
base::result<device::v1::FromCentre> parse_from_centre(std::string_view frame) {
  return parse<device::v1::FromCentre>(frame);
}
void append_frame(const device::v1::FromCentre& message, std::string& out) { append(message, out); }
void append_frame(const device::v1::FromDevice& message, std::string& out) { append(message, out); }

base::result<alarm::v1::Signal> to_signal(const device::v1::Signal& signal, std::string_view device,
                                          base::wall_time received, std::string_view source) {
  base::result<alarm::v1::Signal> made;  // the one thing returned, so that it is never moved
  if (const auto fault = fault_of(signal, device)) {
    made = fault;
    return made;
  }
  auto& out = *made;
  out.set_id(std::string{device} + '/' + std::to_string(signal.sequence()));
  out.set_protocol(std::string{native_protocol});
  out.set_device(std::string{device});
  out.set_intent(to_intent(signal.intent()));
  out.set_device_type(signal.device_type());
  out.set_status(signal.status());
  if (signal.component() <= short_code_max) out.set_component(signal.component());
  if (signal.location() <= short_code_max) out.set_location(signal.location());
  if (!signal.text().empty()) out.set_text(clean_text(signal.text(), native_text_characters_max));
  if (!signal.sensor().empty())
    out.set_sensor(clean_text(signal.sensor(), native_sensor_characters_max));
  if (signal.has_position() && is_on_earth(signal.position())) {
    auto& to = *out.mutable_position();
    to.set_latitude_deg(signal.position().latitude_deg());
    to.set_longitude_deg(signal.position().longitude_deg());
    to.set_accuracy_m(std::max(0.0, signal.position().accuracy_m()));
    to.set_at_us(std::max<std::int64_t>(0, signal.position().at_us()));
  }
  out.set_occurred_at_us(std::max<std::int64_t>(0, signal.occurred_at_us()));
  out.set_received_at_us(base::to_us(received));
  out.set_source(std::string{source});
  return made;
}

device::v1::FromCentre make_welcome(std::uint32_t window, std::uint32_t heartbeat_interval_s,
                                    base::wall_time now) {
  device::v1::FromCentre out;
  auto& welcome = *out.mutable_welcome();
  welcome.set_window(window);
  welcome.set_heartbeat_interval_s(heartbeat_interval_s);
  welcome.set_server_time_us(base::to_us(now));
  return out;
}

device::v1::FromCentre make_acknowledge(std::uint64_t sequence, alarm::verdict outcome,
                                        std::uint32_t retry_after_ms, std::string_view detail) {
  device::v1::FromCentre out;
  auto& acknowledge = *out.mutable_acknowledge();
  acknowledge.set_sequence(sequence);
  switch (outcome) {
    case alarm::verdict::received:
      acknowledge.set_verdict(device::v1::VERDICT_RECEIVED);
      break;
    case alarm::verdict::busy:
      acknowledge.set_verdict(device::v1::VERDICT_BUSY);
      acknowledge.set_retry_after_ms(retry_after_ms);
      break;
    case alarm::verdict::refused:
      acknowledge.set_verdict(device::v1::VERDICT_REFUSED);
      acknowledge.set_detail(std::string{detail});
      break;
  }
  return out;
}

device::v1::FromCentre make_heartbeat_answer(std::uint64_t sequence, base::wall_time now) {
  device::v1::FromCentre out;
  out.mutable_heartbeat()->set_sequence(sequence);
  out.mutable_heartbeat()->set_server_time_us(base::to_us(now));
  return out;
}

std::optional<std::uint64_t> heartbeat_in(std::string_view frame) {
  // tag, length, and a sequence of at most ten bytes behind its own tag
  if (frame.size() < 2 || frame.size() > 13 ||
      frame[0] != message_tag(device::v1::FromDevice::kHeartbeatFieldNumber) ||
      static_cast<std::size_t>(frame[1]) != frame.size() - 2)
    return std::nullopt;
  frame.remove_prefix(2);
  if (frame.empty()) return 0;
  if (frame[0] != number_tag(device::v1::Heartbeat::kSequenceFieldNumber)) return std::nullopt;
  frame.remove_prefix(1);
  std::uint64_t sequence = 0;
  for (std::size_t i = 0; i < frame.size() && i < 9; ++i) {
    const auto byte = static_cast<unsigned char>(frame[i]);
    sequence |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) return i + 1 == frame.size() ? std::optional{sequence} : std::nullopt;
  }
  return std::nullopt;
}

void append_heartbeat_answer(std::uint64_t sequence, base::wall_time now, std::string& out) {
  short_body body;
  append_number(device::v1::HeartbeatAnswer::kSequenceFieldNumber, sequence, body);
  append_number(device::v1::HeartbeatAnswer::kServerTimeUsFieldNumber,
                static_cast<std::uint64_t>(base::to_us(now)), body);
  append_short(device::v1::FromCentre::kHeartbeatFieldNumber, body, out);
}

void append_received(std::uint64_t sequence, std::string& out) {
  short_body body;
  append_number(device::v1::Acknowledge::kSequenceFieldNumber, sequence, body);
  append_number(device::v1::Acknowledge::kVerdictFieldNumber, device::v1::VERDICT_RECEIVED, body);
  append_short(device::v1::FromCentre::kAcknowledgeFieldNumber, body, out);
}

device::v1::FromCentre make_failure(std::string_view code, std::string_view detail) {
  device::v1::FromCentre out;
  out.mutable_failure()->set_code(std::string{code});
  out.mutable_failure()->set_detail(std::string{detail});
  return out;
}

}  // namespace varde::wire
