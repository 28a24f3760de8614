// Problem documents, RFC 9457: the one shape of every error that goes out over HTTP.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace varde::http {

/// `code` is machine-readable, as "not_found", and makes the type "/problems/not_found". `title` is
/// for people, the same for each occurrence; `detail` says what about this one, and never holds
/// personal data. `members` is further JSON members as text, as "\"current\":{…}", or empty.
[[nodiscard]] response problem(unsigned status, std::string_view code, std::string_view title,
                               std::string_view detail = {}, std::string_view members = {});

/// The one answer for what isn't there and for what isn't yours.
[[nodiscard]] response not_found_problem();

}  // namespace varde::http
