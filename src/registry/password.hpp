// Passwords: what is accepted as one, and how it is kept (Argon2id by libsodium). Never logged,
// never cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace varde::registry {

/// Characters (Unicode code points). NIST SP 800-63B and ASVS 6.2: at least 8, 15 advised, 64 or
/// more allowed.
inline constexpr std::size_t password_characters_min = 8;
inline constexpr std::size_t password_characters_advised = 15;
inline constexpr std::size_t password_characters_max = 128;

/// What one hash costs. The defaults hold everywhere but in tests.
struct password_cost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = 46 * 1024 * 1024;  // ASVS 11.4: at least 46 MiB at one pass
};

/// Errors: password_too_short, password_too_long, password_not_utf8, password_common (one of the
/// commonest, or made of the user's own name).
[[nodiscard]] base::result<void> check_password_rules(std::string_view password,
                                                      std::string_view user);

/// The text to keep: algorithm, cost, salt and hash in one. Takes about 0.1 s and the memory of
/// `cost`. Error: out_of_memory.
[[nodiscard]] base::result<std::string> hash_password(std::string_view password,
                                                      password_cost cost = {});

/// Takes as long for a wrong password as for the right one. False for a text that is no hash, too.
[[nodiscard]] bool password_matches(const std::string& hash, std::string_view password);

}  // namespace varde::registry
