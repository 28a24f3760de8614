// As much RESP 2 as two commands need, written here and not taken from the server.
#include "peers/xadd_link.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace varde::load {

namespace {

constexpr unsigned entries_a_read = 1'000;

// One line or one bulk string, and how many bytes it took.
struct token {
  char kind = 0;  // '+', '-', ':', '*' with a number, '$' with a string
  std::int64_t number = 0;
  std::string_view text;
  std::size_t bytes = 0;
};

std::optional<token> next_token(std::string_view input) {
  const auto line_end = input.find("\r\n");
  if (line_end == std::string_view::npos) return std::nullopt;
  token read{.kind = input[0], .text = input.substr(1, line_end - 1), .bytes = line_end + 2};
  if (read.kind == '+' || read.kind == '-') return read;
  std::from_chars(read.text.data(), read.text.data() + read.text.size(), read.number);
  if (read.kind != '$' || read.number < 0) return read;
  const auto length = static_cast<std::size_t>(read.number);
  if (input.size() < read.bytes + length + 2) return std::nullopt;
  read.text = input.substr(read.bytes, length);
  read.bytes += length + 2;
  return read;
}

std::string bulk(std::string_view text) { return fmt::format("${}\r\n{}\r\n", text.size(), text); }

}  // namespace

void xadd_link::on_open() {
  if (terms_.role == peer_role::subscriber) read_on();
  handlers_.on_ready();
}

void xadd_link::publish(std::uint64_t number, unsigned, std::string_view payload) {
  put(fmt::format("*5\r\n$4\r\nXADD\r\n{}$1\r\n*\r\n$1\r\ne\r\n{}", bulk(terms_.place),
                  bulk(payload)));
  waiting_.push_back(number);
}

void xadd_link::read_on() {
  put(
      fmt::format("*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n{}$5\r\nBLOCK\r\n$1\r\n0\r\n"
                  "$7\r\nSTREAMS\r\n{}{}",
                  bulk(std::to_string(entries_a_read)), bulk(terms_.place), bulk(last_id_)));
  flush();
}

std::size_t xadd_link::take(std::string_view input) {
  return terms_.role == peer_role::publisher ? take_replies(input) : take_entries(input);
}

std::size_t xadd_link::take_replies(std::string_view input) {
  std::size_t taken = 0;
  while (const auto reply = next_token(input.substr(taken))) {
    taken += reply->bytes;
    if (reply->kind != '$' || waiting_.empty()) {
      give_up("XADD: " + std::string(reply->text));
      return taken;
    }
    const std::uint64_t number = waiting_.front();
    waiting_.pop_front();
    handlers_.on_acknowledged(number);
  }
  return taken;
}

// *1 *2 $stream *N, then N times: *2 $id *2 $field $value.
std::size_t xadd_link::take_entries(std::string_view input) {
  std::size_t taken = 0;
  while (const auto part = next_token(input.substr(taken))) {
    taken += part->bytes;
    if (part->kind == '-') {
      give_up("XREAD: " + std::string(part->text));
      return taken;
    }
    if (entries_left_ == 0) {
      if (part->kind == '$') {
        in_reply_ = true;  // the stream's name
      } else if (in_reply_ && part->kind == '*') {
        in_reply_ = false;
        entries_left_ = static_cast<std::size_t>(part->number);
      }
      continue;
    }
    if (part->kind != '$') continue;
    if (++strings_seen_ == 1) last_id_ = part->text;
    if (strings_seen_ < 3) continue;
    strings_seen_ = 0;
    handlers_.on_shown(part->text);
    if (--entries_left_ == 0) read_on();
  }
  return taken;
}

}  // namespace varde::load
