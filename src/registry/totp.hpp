// Second factor: time-based one-time codes, RFC 6238 with SHA-1, six digits and 30 s, as every
// authenticator app makes them. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace varde::registry {

inline constexpr std::chrono::seconds totp_period{30};
/// Codes of this many steps before and after now are taken, for clocks that differ.
inline constexpr std::uint64_t totp_tolerance_steps = 1;
inline constexpr std::size_t totp_secret_bytes = 20;

[[nodiscard]] std::uint64_t totp_step(base::wall_time now);

/// The six digits of a step; nullopt if the secret is not base32.
[[nodiscard]] std::optional<std::string> totp_code(std::string_view base32_secret,
                                                   std::uint64_t step);

/// The step that `code` belongs to, if that is within tolerance of now and later than
/// `last_used_step`: a code serves once.
[[nodiscard]] std::optional<std::uint64_t> accept_totp(std::string_view base32_secret,
                                                       std::string_view code, base::wall_time now,
                                                       std::uint64_t last_used_step);

/// RFC 4648 base32, upper or lower case, spaces and '=' left out; nullopt for anything else.
[[nodiscard]] std::optional<std::string> decode_base32(std::string_view text);
[[nodiscard]] std::string encode_base32(std::string_view bytes);

}  // namespace varde::registry
