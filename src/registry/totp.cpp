// HMAC-SHA-1 by OpenSSL, and the truncation of RFC 4226 §5.3.
#include "registry/totp.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>

#include "base/hash.hpp"

namespace varde::registry {

namespace {

constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::uint32_t code_modulus = 1'000'000;  // six digits

std::uint32_t truncated_hmac(std::string_view key, std::uint64_t step) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<unsigned char>(step >> (8 * (counter.size() - 1 - i)));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(),
           mac.data(), &length) == nullptr)
    std::abort();
  const unsigned at = mac[length - 1] & 0x0f;
  return (static_cast<std::uint32_t>(mac[at] & 0x7f) << 24) |
         (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
         (static_cast<std::uint32_t>(mac[at + 2]) << 8) | static_cast<std::uint32_t>(mac[at + 3]);
}

}  // namespace

std::uint64_t totp_step(base::wall_time now) {
  const auto since_epoch = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  return since_epoch.count() < 0 ? 0 : static_cast<std::uint64_t>(since_epoch / totp_period);
}

std::optional<std::string> totp_code(std::string_view base32_secret, std::uint64_t step) {
  const auto key = decode_base32(base32_secret);
  if (!key || key->empty()) return std::nullopt;
  return fmt::format("{:06}", truncated_hmac(*key, step) % code_modulus);
}

std::optional<std::uint64_t> accept_totp(std::string_view base32_secret, std::string_view code,
                                         base::wall_time now, std::uint64_t last_used_step) {
  const auto current = totp_step(now);
  const auto first = current < totp_tolerance_steps ? 0 : current - totp_tolerance_steps;
  for (auto step = first; step <= current + totp_tolerance_steps; ++step) {
    if (step <= last_used_step) continue;
    const auto expected = totp_code(base32_secret, step);
    if (expected && base::equal_constant_time(*expected, code)) return step;
  }
  return std::nullopt;
}

std::optional<std::string> decode_base32(std::string_view text) {
  std::string bytes;
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (char c : text) {
    if (c == ' ' || c == '=') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const auto value = base32_alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    window = ((window << 5) | static_cast<std::uint32_t>(value)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((window >> bits) & 0xff);
    }
  }
  return bytes;
}

std::string encode_base32(std::string_view bytes) {
  std::string text;
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    window = ((window << 8) | static_cast<unsigned char>(c)) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += base32_alphabet[(window >> (bits - 5)) & 31];
  }
  if (bits > 0) text += base32_alphabet[(window << (5 - bits)) & 31];
  return text;
}

}  // namespace varde::registry
