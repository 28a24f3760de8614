// Who is on a native connection? From what the device says and shows to one of three answers. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/hash.hpp"
#include "registry/view.hpp"

namespace varde::edge {

/// What a device has shown of itself. Kept for the life of the connection, so that a change in the
/// registry can be held against it; the secret itself is not.
struct proof {
  std::optional<base::sha256_digest> certificate{};  // of the verified client certificate's DER
  std::optional<base::sha256_digest> secret{};       // of the secret in the hello
};

enum class standing {
  proven,   // registered, and it has shown that it is the one
  unknown,  // not registered, or registered with nothing that it could prove itself by
  refused,  // registered, but what it has shown is missing or wrong
};

/// A certificate counts if its digest is the registered one; a secret if the municipality allows
/// secrets and its digest is the registered one. `name` is what the device calls itself on the
/// wire.
[[nodiscard]] standing identify(const registry::view& all, std::string_view name,
                                const proof& shown);

}  // namespace varde::edge
