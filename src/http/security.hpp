// What keeps other people's pages away from ours: the headers on every response, whose Origin is
// ours, the session cookie and the token against cross-site requests. Pure functions over plain
// messages.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace varde::http {

/// The name of the session cookie. "__Host-" makes browsers hold it to this host, HTTPS and path
/// "/".
inline constexpr std::string_view session_cookie = "__Host-varde";
/// Longer cookie values are not looked up.
inline constexpr std::size_t session_token_bytes_max = 128;

/// The headers that every response bears, errors too, as text with line ends. `tile_origins` is
/// where map tiles come from, as "https://tiles.example https://*.map.example", or empty.
[[nodiscard]] std::string security_headers(std::string_view tile_origins);

/// "https://host:port" of a URL or URL template; empty if it isn't an https or http URL.
[[nodiscard]] std::string origin_of(std::string_view url);

/// Origins that are ours. Compared byte by byte: no prefix, suffix or "null" is ever ours.
class origin_list {
 public:
  void add(std::string origin) {
    if (!origin.empty()) ours_.insert(std::move(origin));
  }
  [[nodiscard]] bool has(std::string_view origin) const { return ours_.contains(origin); }

 private:
  std::set<std::string, std::less<>> ours_;
};

/// The session token of the request's cookie, or nullopt. Two cookies of that name count as none.
[[nodiscard]] std::optional<std::string> session_token(const request& in);
/// Set-Cookie for a new session, and to end one.
[[nodiscard]] std::string session_cookie_set(std::string_view token);
[[nodiscard]] std::string session_cookie_cleared();

/// An unsafe request must not come from a page that isn't ours: nullopt if its Origin, where there
/// is one, is ours, and its X-CSRF-Token is `csrf`; else the refusal (403).
[[nodiscard]] std::optional<response> refuse_cross_site(const request& in, const origin_list& ours,
                                                        std::string_view csrf);
/// The same for requests before there is a session: only the Origin.
[[nodiscard]] std::optional<response> refuse_foreign_origin(const request& in,
                                                            const origin_list& ours);

}  // namespace varde::http
