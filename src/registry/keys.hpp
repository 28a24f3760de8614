// The registry's keys in Redis. A municipality's keys carry its id as hash tag, so that they live
// together in a cluster; accounts belong to the centre, since an operator may serve several.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace varde::registry::keys {

/// Set of the ids of all municipalities.
inline constexpr std::string_view municipalities = "v:municipalities";
/// Hash: user → Account.
inline constexpr std::string_view accounts = "v:{centre}:accounts";
/// Hash: user → newest one-time-code step used.
inline constexpr std::string_view totp = "v:{centre}:totp";
/// Hash: hex SHA-256 of a session's token → Session.
inline constexpr std::string_view sessions = "v:{centre}:sessions";
/// Hash: the same → when it was last seen, microseconds since the Unix epoch.
inline constexpr std::string_view seen = "v:{centre}:seen";
/// Stream of SignInChange in field "c", tailed by every node.
inline constexpr std::string_view sign_ins = "v:{centre}:signins";
/// Stream of municipality ids in field "m": this one's set has changed. Tailed by every node; the
/// truth is the set's own stream.
inline constexpr std::string_view imports = "v:{centre}:imports";

/// Stream of whole MunicipalitySets in field "set", the newest last.
[[nodiscard]] inline std::string set_of(std::string_view municipality) {
  return fmt::format("v:{{{}}}:registry", municipality);
}

}  // namespace varde::registry::keys
