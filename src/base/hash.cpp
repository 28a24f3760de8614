// Thin calls into OpenSSL's EVP digests and its random generator.
#include "base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>

namespace varde::base {

namespace {

/// Looked up once: for a short text OpenSSL would look for longer than it digests.
const EVP_MD* algorithm(const char* name) {
  const EVP_MD* found = EVP_MD_fetch(nullptr, name, nullptr);
  if (found == nullptr) std::abort();
  return found;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> digest(const EVP_MD* by, std::string_view bytes) {
  struct release {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, release> context{EVP_MD_CTX_new()};
  std::array<std::uint8_t, Size> out{};
  unsigned length = Size;
  if (EVP_DigestInit_ex2(context.get(), by, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out.data(), &length) != 1 || length != Size)
    std::abort();
  return out;
}

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

sha256_digest sha256(std::string_view bytes) {
  static const EVP_MD* const by = algorithm("SHA256");
  return digest<32>(by, bytes);
}
std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string md5_hex(std::string_view bytes) {
  static const EVP_MD* const by = algorithm("MD5");
  return to_hex(digest<16>(by, bytes));
}

sha1_digest sha1(std::string_view bytes) {
  static const EVP_MD* const by = algorithm("SHA1");
  return digest<20>(by, bytes);
}
std::string sha1_hex(std::string_view bytes) { return to_hex(sha1(bytes)); }

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char alphabet[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const auto byte : bytes) {
    *to++ = alphabet[byte >> 4];
    *to++ = alphabet[byte & 15];
  }
  return out;
}

std::string to_base64url(std::span<const std::uint8_t> bytes) {
  static constexpr char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t window = 0;
  int bits = 0;
  for (const auto byte : bytes) {
    window = (window << 8 | byte) & 0xffffff;
    for (bits += 8; bits >= 6; bits -= 6) out += alphabet[(window >> (bits - 6)) & 63];
  }
  if (bits > 0) out += alphabet[(window << (6 - bits)) & 63];
  return out;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
    std::abort();
  return bytes;
}

std::string random_hex(std::size_t count) { return to_hex(as_bytes(random_bytes(count))); }
std::string random_token(std::size_t count) { return to_base64url(as_bytes(random_bytes(count))); }

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace varde::base
