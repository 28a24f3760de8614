// The line structure of SIP messages, below any meaning: where the header block ends, and the
// headers that say what the body is. Private to this room.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/error.hpp"

namespace varde::wire {

/// A message taken apart.
struct sip_parts {
  std::string head;          // every line ended by CRLF, without Content-Length and Content-Type
  std::string content_type;  // the header's value; empty: none
  std::string_view body;     // as long as Content-Length says, or all there is
};

/// Takes lines that end in LF alone for whole ones; a stray CR or NUL becomes a space. Errors:
/// malformed_message without an empty line or with less body than said, malformed_length as
/// content_length().
[[nodiscard]] base::result<sip_parts> split_sip(std::string_view message);

/// The Content-Length in a header block; nullopt if there is none. Errors: malformed_length for an
/// unreadable one, a folded one, or two.
[[nodiscard]] base::result<std::optional<std::size_t>> content_length(std::string_view head);

}  // namespace varde::wire
