// Reads line by line; of a header that goes on in the next line the whole is kept or dropped.
#include "wire/sip_head.hpp"

#include <algorithm>
#include <cstdint>

#include "base/number.hpp"
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

/// What a header line is about.
enum class subject : std::uint8_t { other, body_length, body_type };

subject subject_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || continues_the_line_before(line)) return subject::other;
  const auto name = trimmed(line.substr(0, colon));
  if (equal_ignoring_case(name, "Content-Length") || equal_ignoring_case(name, "l"))
    return subject::body_length;
  if (equal_ignoring_case(name, "Content-Type") || equal_ignoring_case(name, "c"))
    return subject::body_type;
  return subject::other;
}

std::string_view value_of(std::string_view line) {
  return trimmed(line.substr(line.find(':') + 1));
}

/// Reads a Content-Length line; false if it is unreadable or not the first.
bool take_length(std::string_view line, std::optional<std::size_t>& found) {
  std::size_t length = 0;
  if (found || !base::read_number(value_of(line), length)) return false;
  found = length;
  return true;
}

void append_line(std::string& head, std::string_view line) {
  const auto start = static_cast<std::ptrdiff_t>(head.size());
  head += line;
  for (const char stray : {'\r', '\0'})
    if (line.find(stray) != std::string_view::npos)
      std::replace(head.begin() + start, head.end(), stray, ' ');
  head += "\r\n";
}

}  // namespace

base::result<sip_parts> split_sip(std::string_view message) {
  while (message.starts_with('\r') || message.starts_with('\n')) message.remove_prefix(1);
  sip_parts out;
  out.head.reserve(message.size());
  std::optional<std::size_t> length;
  bool is_length_good = true;
  auto rest = message;
  auto about = subject::other;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return error::malformed_message;
    if (line->empty()) break;
    if (about != subject::other && continues_the_line_before(*line)) continue;
    about = subject_of(*line);
    if (about == subject::body_length)
      is_length_good = take_length(*line, length) && is_length_good;
    else if (about == subject::body_type)
      out.content_type = value_of(*line);
    else
      append_line(out.head, *line);
  }
  out.head += "\r\n";
  if (!is_length_good) return error::malformed_length;
  if (length.value_or(0) > rest.size()) return error::malformed_message;
  out.body = rest.substr(0, length.value_or(rest.size()));
  return out;
}

base::result<std::optional<std::size_t>> content_length(std::string_view head) {
  std::optional<std::size_t> found;
  while (const auto line = take_line(head))
    if (subject_of(*line) == subject::body_length && !take_length(*line, found))
      return error::malformed_length;
  return found;
}

}  // namespace varde::wire
