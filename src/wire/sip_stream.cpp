// Finding the end of the header block and the Content-Length in it, without parsing the rest: that
// is parse_sip's.
#include "wire/sip_stream.hpp"

#include <charconv>

#include "wire/text.hpp"

namespace varde::wire {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view header_end = "\r\n\r\n";

/// The Content-Length of a header block. Errors: malformed_length when there is none, an unreadable
/// one, or two.
base::result<std::size_t> body_length(std::string_view header) {
  std::optional<std::size_t> found;
  while (!header.empty()) {
    const auto end = std::min(header.find('\n'), header.size() - 1);
    const auto line = header.substr(0, end + 1);
    header.remove_prefix(end + 1);
    const auto colon = line.find(':');
    const bool continues_the_line_before = line.front() == ' ' || line.front() == '\t';
    if (colon == std::string_view::npos || continues_the_line_before) continue;
    const auto name = trimmed(line.substr(0, colon));
    if (!equal_ignoring_case(name, "Content-Length") && !equal_ignoring_case(name, "l")) continue;
    const auto digits = trimmed(line.substr(colon + 1));
    std::size_t length = 0;
    const auto [rest, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (found || digits.empty() || bad != std::errc{} || rest != digits.data() + digits.size())
      return error::malformed_length;
    found = length;
  }
  if (!found) return error::malformed_length;
  return *found;
}

}  // namespace

base::result<std::optional<sip_stream::item>> sip_stream::next() {
  if (taken_ == buffer_.size()) {
    std::string{}.swap(buffer_);  // an idle connection holds no memory
  } else {
    buffer_.erase(0, taken_);
  }
  taken_ = 0;

  if (buffer_.starts_with(header_end)) {
    taken_ = header_end.size();
    return item{true, {}};
  }
  if (buffer_.starts_with(line_end) && buffer_.size() > line_end.size() && buffer_[2] != '\r') {
    buffer_.erase(
        0, line_end.size());  // the empty lines that RFC 3261 7.5 lets stand before a message
    return next();
  }
  const auto end = buffer_.find(header_end, scanned_);
  if (end == std::string::npos) {
    if (buffer_.size() > sip_header_bytes_max) return error::too_long;
    scanned_ = buffer_.size() < header_end.size() ? 0 : buffer_.size() - header_end.size() + 1;
    return std::nullopt;
  }
  scanned_ = end;
  const auto header_bytes = end + header_end.size();
  if (header_bytes > sip_header_bytes_max) return error::too_long;
  const auto block = std::string_view{buffer_}.substr(0, end + line_end.size());
  if (block.find('\0') != std::string_view::npos) return error::malformed_message;
  const auto length = body_length(block);
  if (!length) return length.error();
  if (*length > sip_body_bytes_max) return error::too_long;
  if (buffer_.size() - header_bytes < *length) return std::nullopt;
  taken_ = header_bytes + *length;
  scanned_ = 0;
  return item{false, std::string_view{buffer_}.substr(0, taken_)};
}

std::string_view sip_stream::header() const noexcept {
  const auto rest = std::string_view{buffer_}.substr(taken_);
  const auto end = rest.find(header_end);
  return rest.substr(0, std::min(end, sip_header_bytes_max));
}

}  // namespace varde::wire
