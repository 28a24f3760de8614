// Requests are pipelined; the server answers them in their order (RFC 9112 9.3.2).
#include "peers/alerts_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace varde::load {

namespace {

constexpr std::string_view length_header = "\ncontent-length:";

bool same_letter(char a, char b) { return a == b || (a | 0x20) == b; }

}  // namespace

http_extent http_message_at(std::string_view input) {
  const auto head_end = input.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return {};
  const std::string_view head = input.substr(0, head_end + 2);
  std::size_t length = 0;
  const auto at = std::ranges::search(head, length_header, same_letter);
  if (!at.empty()) {
    std::string_view value(at.end(), head.end());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    std::from_chars(value.data(), value.data() + value.size(), length);
  }
  const std::size_t body_at = head_end + 4;
  if (input.size() < body_at + length) return {};
  return {body_at + length, body_at};
}

void alerts_link::on_open() { handlers_.on_ready(); }

void alerts_link::publish(std::uint64_t number, unsigned, std::string_view payload) {
  // The payload begins with the message's number, which is what tells two alerts apart.
  const std::string body =
      fmt::format(R"([{{"labels":{{"alertname":"alarm","payload":"{}"}}}}])", payload);
  put(
      fmt::format("POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\n"
                  "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                  body.size(), body));
  waiting_.push_back(number);
}

std::size_t alerts_link::take(std::string_view input) {
  std::size_t taken = 0;
  for (;;) {
    const std::string_view rest = input.substr(taken);
    const http_extent answer = http_message_at(rest);
    if (answer.bytes == 0) return taken;
    taken += answer.bytes;
    if (!rest.starts_with("HTTP/1.1 200") || waiting_.empty()) {
      give_up("Alertmanager answers " + std::string(rest.substr(0, rest.find('\r'))));
      return taken;
    }
    const std::uint64_t number = waiting_.front();
    waiting_.pop_front();
    handlers_.on_acknowledged(number);
  }
}

}  // namespace varde::load
