// Heads, padding, alerts and KeyUpdate.
#include "edge/record_layer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace varde::edge {

namespace {

/// The kind that stands outside on every record, and the version of before (RFC 8446, 5.2).
constexpr char outer_content = static_cast<char>(record_content::data);
constexpr char legacy_version = 3;

constexpr std::size_t alert_bytes = 2;
constexpr char fatal = 2;
constexpr char warning = 1;
/// The one alert beside close_notify that ends nothing: close_notify follows it.
constexpr unsigned char user_canceled = 90;

/// The only handshake message that is spoken after the handshake: its kind, its length, and whether
/// the other side shall do likewise.
constexpr std::string_view update_not_requested{"\x18\0\0\1\0", 5};
constexpr std::string_view update_requested{"\x18\0\0\1\1", 5};

/// A peer that only sends what is of no use is doing nothing else; OpenSSL draws the line there
/// too.
constexpr std::uint8_t dataless_max = 32;
/// Keys are changed before so many records are under them (RFC 8446, 5.5: 2^24.5).
constexpr std::uint64_t records_max = std::uint64_t{1} << 24;

std::size_t sealed_length(std::span<const char> head) {
  return std::size_t{static_cast<unsigned char>(head[3])} << 8 |
         static_cast<unsigned char>(head[4]);
}

}  // namespace

std::size_t record_reader::length_of(std::span<const char> bytes) {
  if (bytes.size() < record_head_bytes) return record_head_bytes;
  return std::min(record_head_bytes + sealed_length(bytes), record_bytes_max);
}

record_reader::found record_reader::next(std::span<char> bytes) {
  if (bytes.size() < record_head_bytes) return {};
  const auto broken = [](record_alert why) { return found{kind::broken, 0, {}, why}; };
  if (bytes[0] != outer_content) return broken(record_alert::unexpected_message);
  const auto sealed = sealed_length(bytes);
  if (sealed > record_sealed_bytes_max) return broken(record_alert::record_overflow);
  if (sealed < 1 + record_tag_bytes) return broken(record_alert::decode_error);
  const auto whole = record_head_bytes + sealed;
  if (bytes.size() < whole) return {};

  auto text = bytes.subspan(record_head_bytes, sealed - record_tag_bytes);
  if (!keys_.open(bytes.first<record_head_bytes>(), text,
                  bytes.subspan(whole - record_tag_bytes).first<record_tag_bytes>()))
    return broken(record_alert::bad_record_mac);
  while (!text.empty() && text.back() == 0) text = text.first(text.size() - 1);
  if (text.empty()) return broken(record_alert::unexpected_message);
  const auto content = static_cast<record_content>(text.back());
  text = text.first(text.size() - 1);
  if (text.size() > record_plain_bytes_max) return broken(record_alert::record_overflow);

  if (content == record_content::data && !text.empty()) {
    dataless_ = 0;
    return {kind::data, whole, text, std::nullopt};
  }
  if (++dataless_ > dataless_max) return broken(record_alert::unexpected_message);
  if (content == record_content::data) return {kind::nothing, whole, {}, std::nullopt};
  return take_control(content, text, whole);
}

record_reader::found record_reader::take_control(record_content content,
                                                 std::span<const char> message,
                                                 std::size_t consumed) {
  const std::string_view text{message.data(), message.size()};
  if (content == record_content::handshake &&
      (text == update_not_requested || text == update_requested)) {
    keys_.update();
    update_requested_ = update_requested_ || text == update_requested;
    return {kind::nothing, consumed, {}, std::nullopt};
  }
  if (content != record_content::alert)
    return {kind::broken, consumed, {}, record_alert::unexpected_message};
  if (text.size() != alert_bytes) return {kind::broken, consumed, {}, record_alert::decode_error};
  const auto alert = static_cast<unsigned char>(text[1]);
  if (alert == user_canceled) return {kind::nothing, consumed, {}, std::nullopt};
  // Whatever else it says is an error, and ends the connection without an answer (RFC 8446, 6.2).
  const bool in_order = alert == static_cast<unsigned char>(record_alert::close_notify);
  return {in_order ? kind::closed : kind::broken, consumed, {}, std::nullopt};
}

bool record_reader::take_update_request() noexcept {
  return std::exchange(update_requested_, false);
}

bool record_writer::append(record_content content, std::string_view text, std::string& out) {
  const auto sealed = text.size() + 1 + record_tag_bytes;
  const std::array<char, record_head_bytes> head{outer_content, legacy_version, legacy_version,
                                                 static_cast<char>(sealed >> 8),
                                                 static_cast<char>(sealed)};
  const auto at = out.size();
  out.append(head.data(), head.size()).append(text).push_back(static_cast<char>(content));
  out.append(record_tag_bytes, '\0');
  const auto record = std::span{out}.subspan(at);
  return keys_.seal(head, record.subspan(record_head_bytes, text.size() + 1),
                    record.last<record_tag_bytes>());
}

bool record_writer::append_data(std::string_view data, std::string& out) {
  if (keys_.records() >= records_max) update_is_due_ = true;
  if (std::exchange(update_is_due_, false)) {
    if (!append(record_content::handshake, update_not_requested, out)) return false;
    keys_.update();
  }
  return append(record_content::data, data.substr(0, record_plain_bytes_max), out);
}

bool record_writer::append_alert(record_alert what, std::string& out) {
  const char level = what == record_alert::close_notify ? warning : fatal;
  const std::array<char, alert_bytes> text{level, static_cast<char>(what)};
  return append(record_content::alert, {text.data(), text.size()}, out);
}

}  // namespace varde::edge
