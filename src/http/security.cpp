// Security headers, origins, cookies and CSRF.
#include "http/security.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "http/problem.hpp"

namespace varde::http {

std::string security_headers(std::string_view tile_origins) {
  const std::string tiles = tile_origins.empty() ? "" : fmt::format(" {}", tile_origins);
  return fmt::format(
      "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
      "Content-Security-Policy: default-src 'self'; img-src 'self' data:{}; connect-src 'self'; "
      "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Permissions-Policy: camera=(), microphone=(), payment=(), usb=()\r\n",
      tiles);
}

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const auto scheme = url.substr(0, scheme_end);
  if (scheme != "https" && scheme != "http") return {};
  auto host = url.substr(scheme_end + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  // "{s}.tiles.example" is Leaflet's template for several hosts; CSP knows "*." for that.
  std::string text{host};
  if (text.starts_with("{s}.")) text.replace(0, 3, "*");
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '*' || c == '[' || c == ']';
  };
  for (const char c : text)
    if (!plain(c)) return {};
  return text.empty() ? std::string{} : fmt::format("{}://{}", scheme, text);
}

std::optional<std::string> session_token(const request& in) {
  std::optional<std::string> found;
  for (const auto& [name, value] : in.headers) {
    if (name != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(';'), rest.size());
      auto pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      while (pair.ends_with(' ')) pair.remove_suffix(1);
      if (!pair.starts_with(session_cookie) || pair.size() <= session_cookie.size() ||
          pair[session_cookie.size()] != '=')
        continue;
      if (found) return std::nullopt;
      found = pair.substr(session_cookie.size() + 1);
    }
  }
  if (found && (found->empty() || found->size() > session_token_bytes_max)) return std::nullopt;
  return found;
}

std::string session_cookie_set(std::string_view token) {
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict", session_cookie, token);
}

std::string session_cookie_cleared() {
  return fmt::format("{}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0", session_cookie);
}

std::optional<response> refuse_foreign_origin(const request& in, const origin_list& ours) {
  const auto origin = in.header("origin");
  if (!origin || ours.has(*origin)) return std::nullopt;
  return problem(403, "foreign_origin", "The request comes from a page that is not ours");
}

std::optional<response> refuse_cross_site(const request& in, const origin_list& ours,
                                          std::string_view csrf) {
  if (auto refusal = refuse_foreign_origin(in, ours)) return refusal;
  const auto given = in.header("x-csrf-token");
  if (!csrf.empty() && given && base::equal_constant_time(*given, csrf)) return std::nullopt;
  return problem(403, "csrf", "X-CSRF-Token is missing or wrong",
                 "Send the csrf value of the sign-in with every request that changes something.");
}

}  // namespace varde::http
