// A request and a response as plain values: what handlers see of HTTP. Nothing here knows sockets
// or Beast.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace varde::http {

enum class method : std::uint8_t { get, head, post, put, patch, delete_, other };

/// "GET" and so on; "OTHER" for what no route can have.
[[nodiscard]] std::string_view method_name(method m);
/// By its exact, upper-case name; `other` for all else.
[[nodiscard]] method method_of(std::string_view name);

using header_list = std::vector<std::pair<std::string, std::string>>;

struct request {
  method verb = method::other;
  std::string path;                   // as sent, without the query
  std::vector<std::string> segments;  // the path between its slashes, percent-decoded
  header_list query;                  // decoded, in order
  header_list headers;                // names in lower case
  header_list parameters;             // what the route's {names} stand for
  std::string body;
  std::string remote;  // the peer's address without port; proxy headers are never believed
  base::steady_time received{};  // when its header was complete

  /// The first header of that (lower-case) name, or nullopt.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// A parameter of the route's template; empty if the template has none of that name.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

struct response {
  unsigned status = 200;
  header_list headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of `body`, for what many are sent

  [[nodiscard]] std::string_view content() const {
    return shared_body ? std::string_view{*shared_body} : std::string_view{body};
  }
};

/// 200 with a JSON body that nothing may store.
[[nodiscard]] response json_response(std::string body, unsigned status = 200);
/// 204.
[[nodiscard]] response no_content();

/// The reason phrase of a status that Varde sends.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

/// Splits a request target into path, decoded segments and query. False if it isn't an absolute
/// path, or a percent escape is broken or stands for a control character.
[[nodiscard]] bool parse_target(std::string_view target, request& into);

}  // namespace varde::http
