// Finding the end of the header block and the Content-Length in it, without parsing the rest: that
// is parse_sip's.
#include "wire/sip_stream.hpp"

#include <algorithm>

#include "wire/sip_head.hpp"

namespace varde::wire {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view header_end = "\r\n\r\n";

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
  const auto said = content_length(block);
  if (!said) return said.error();
  if (!*said) return error::malformed_length;
  const std::size_t length = **said;
  if (length > sip_body_bytes_max) return error::too_long;
  if (buffer_.size() - header_bytes < length) return std::nullopt;
  taken_ = header_bytes + length;
  scanned_ = 0;
  return item{false, std::string_view{buffer_}.substr(0, taken_)};
}

std::string_view sip_stream::header() const noexcept {
  const auto rest = std::string_view{buffer_}.substr(taken_);
  const auto end = rest.find(header_end);
  return rest.substr(0, std::min(end, sip_header_bytes_max));
}

}  // namespace varde::wire
