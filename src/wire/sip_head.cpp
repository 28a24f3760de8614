// Reads line by line; of a header that goes on in the next line the whole is kept or dropped.
#include "wire/sip_head.hpp"

#include <algorithm>
#include <charconv>

#include "wire/text.hpp"

namespace varde::wire {

namespace {

/// The first line of `rest` without its end; nullopt if no line ends.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool continues_the_line_before(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

bool is_header(std::string_view line, std::string_view name, std::string_view compact) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || continues_the_line_before(line)) return false;
  const auto said = trimmed(line.substr(0, colon));
  return equal_ignoring_case(said, name) || equal_ignoring_case(said, compact);
}

bool is_length(std::string_view line) { return is_header(line, "Content-Length", "l"); }
bool is_type(std::string_view line) { return is_header(line, "Content-Type", "c"); }

std::string_view value_of(std::string_view line) {
  return trimmed(line.substr(line.find(':') + 1));
}

void append_line(std::string& head, std::string_view line) {
  for (const char c : line) head += c == '\r' || c == '\0' ? ' ' : c;
  head += "\r\n";
}

}  // namespace

base::result<sip_parts> split_sip(std::string_view message) {
  while (message.starts_with('\r') || message.starts_with('\n')) message.remove_prefix(1);
  sip_parts out;
  auto rest = message;
  bool is_dropped = false;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return error::malformed_message;
    if (line->empty()) break;
    if (is_dropped && continues_the_line_before(*line)) continue;
    is_dropped = is_length(*line) || is_type(*line);
    if (is_type(*line)) out.content_type = value_of(*line);
    if (!is_dropped) append_line(out.head, *line);
  }
  out.head += "\r\n";
  const auto length = content_length(message.substr(0, message.size() - rest.size()));
  if (!length) return length.error();
  if (length->value_or(0) > rest.size()) return error::malformed_message;
  out.body = rest.substr(0, length->value_or(rest.size()));
  return out;
}

base::result<std::optional<std::size_t>> content_length(std::string_view head) {
  std::optional<std::size_t> found;
  while (const auto line = take_line(head)) {
    if (!is_length(*line)) continue;
    const auto digits = value_of(*line);
    std::size_t length = 0;
    const auto [rest, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (found || digits.empty() || bad != std::errc{} || rest != digits.data() + digits.size())
      return error::malformed_length;
    found = length;
  }
  return found;
}

}  // namespace varde::wire
