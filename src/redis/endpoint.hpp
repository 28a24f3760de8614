// Where a Redis is and how to enter it, and the text form that the configuration uses. A Redis is
// one server, a master behind sentinels, or a cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace varde::redis {

enum class deployment : std::uint8_t { single, sentinel, cluster };

struct address {
  std::string host{};
  std::uint16_t port = 0;

  friend auto operator<=>(const address&, const address&) = default;
};

/// Sentinels or first cluster nodes that one endpoint may name.
inline constexpr std::size_t endpoint_nodes_max = 32;

struct endpoint {
  deployment kind = deployment::single;
  std::string unix_path{};  // if set, host, port and tls mean nothing
  std::string host{};       // of the single server
  std::uint16_t port = 6379;
  std::vector<address> nodes{};  // the sentinels, or some nodes of the cluster
  std::string master_name{};     // what the sentinels call it
  bool tls = false;
  std::string ca_file{};            // PEM; empty: the system's authorities
  std::string cert_file{};          // PEM, our own certificate if the server asks for one; or none
  std::string key_file{};           // PEM, its key
  std::string user{};               // empty with a password: Redis's "default" user
  std::string password{};           // empty: no authentication
  std::string sentinel_user{};      // as `user`, for the sentinels
  std::string sentinel_password{};  // as `password`, for the sentinels

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// One of
///   "unix:/path"
///   "redis://[user:password@]host[:port]"
///   "sentinel://[user:password@]host[:port],…/master-name"
///   "cluster://[user:password@]host[:port],…"
/// or the same with an s for TLS ("rediss:", "sentinels:", "clusters:") and then with optional
/// "?ca=FILE&cert=FILE&key=FILE". Percent-encoding is undone. User and password are those of Redis;
/// the sentinels' own stand in no text. Fails with bad_endpoint.
[[nodiscard]] base::result<endpoint> parse_endpoint(std::string_view text);

/// The one server of that endpoint at `at`, entered as the endpoint says.
[[nodiscard]] endpoint server_at(const endpoint& where, const address& at);
/// The same of a sentinel.
[[nodiscard]] endpoint sentinel_at(const endpoint& where, const address& at);

/// The endpoint for people and logs: without user and password.
[[nodiscard]] std::string describe(const endpoint& where);

}  // namespace varde::redis
