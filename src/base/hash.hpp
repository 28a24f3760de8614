// Digests and text encodings of bytes, by OpenSSL. For identity and integrity; passwords are the
// registry's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace varde::base {

using sha1_digest = std::array<std::uint8_t, 20>;
using sha256_digest = std::array<std::uint8_t, 32>;

[[nodiscard]] sha256_digest sha256(std::string_view bytes);
/// Lower-case hex of the SHA-256 of `bytes`, 64 characters.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// Lower-case hex of the MD5 of `bytes`, 32 characters. Only for SIP digest, whose protocol demands
/// it.
[[nodiscard]] std::string md5_hex(std::string_view bytes);
/// Only for the ledger's chain, which Redis computes and which has no other digest.
[[nodiscard]] sha1_digest sha1(std::string_view bytes);
/// Lower-case hex of the SHA-1 of `bytes`, 40 characters. For the chain too.
[[nodiscard]] std::string sha1_hex(std::string_view bytes);

[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
/// URL-safe base64 without padding.
[[nodiscard]] std::string to_base64url(std::span<const std::uint8_t> bytes);

/// `count` bytes of the system's randomness. Aborts if the system has none; so do the two below.
[[nodiscard]] std::string random_bytes(std::size_t count);
/// `count` bytes of the system's randomness, as lower-case hex of twice that length. Aborts if the
/// system has none.
[[nodiscard]] std::string random_hex(std::size_t count);
/// `count` bytes of the system's randomness, URL-safe base64.
[[nodiscard]] std::string random_token(std::size_t count);

/// Equal without telling by the time it takes where they differ. Length is not secret.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace varde::base
