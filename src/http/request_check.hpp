// From Beast's message to our request, refusing what two parsers could read in two ways. Inside the
// room only; for the TU that knows Beast's parser.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/pages.hpp"

namespace varde::http {

struct checked_header {
  request in;
  std::optional<response> refusal;  // the connection must be closed after it
  bool expects_continue = false;
};

[[nodiscard]] checked_header check_header(
    const boost::beast::http::request<boost::beast::http::string_body>& message,
    const limits& bounds);

/// The page, or 404, or 405 for a page with another method than GET and HEAD.
[[nodiscard]] response page_or_problem(const request& in, const pages& content);
/// 426 with Upgrade.
[[nodiscard]] response upgrade_required();

}  // namespace varde::http
