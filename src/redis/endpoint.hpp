// Where a Redis is and how to enter it, and the text form that the configuration uses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace varde::redis {

struct endpoint {
  std::string unix_path{};  // if set, host, port and tls mean nothing
  std::string host{};
  std::uint16_t port = 6379;
  bool tls = false;
  std::string ca_file{};    // PEM; empty: the system's authorities
  std::string cert_file{};  // PEM, our own certificate if the server asks for one; empty: none
  std::string key_file{};   // PEM, its key
  std::string user{};       // empty with a password: Redis's "default" user
  std::string password{};   // empty: no authentication

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// "unix:/path", "redis://[user:password@]host[:port]" or "rediss://…", the latter with optional
/// "?ca=FILE&cert=FILE&key=FILE". Percent-encoding is undone. Fails with bad_endpoint.
[[nodiscard]] base::result<endpoint> parse_endpoint(std::string_view text);

/// The endpoint for people and logs: without user and password.
[[nodiscard]] std::string describe(const endpoint& where);

}  // namespace varde::redis
