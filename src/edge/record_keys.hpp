// The keys of one direction of a TLS 1.3 connection, and a record sealed or opened by them (RFC
// 8446, sections 5.2, 5.3 and 7.2). The ciphers and the hashes are OpenSSL's; what is ours is that
// only the keys lie with each connection, 108 bytes, and the cipher's working state once with each
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace varde::edge {

/// The cipher suites of TLS 1.3 that OpenSSL offers by itself.
enum class cipher_suite : std::uint8_t {
  aes_128_gcm_sha256,
  aes_256_gcm_sha384,
  chacha20_poly1305_sha256,
};
/// By its number in the registry of IANA; nullopt if it is none of them.
[[nodiscard]] std::optional<cipher_suite> suite_of(std::uint16_t number);

inline constexpr std::size_t record_head_bytes = 5;
inline constexpr std::size_t record_tag_bytes = 16;

/// On the connection's thread only. Wiped when it goes.
class record_keys {
 public:
  static constexpr std::size_t secret_bytes_max = 48;

  /// `secret` is a traffic secret of the suite's hash; `records` have been sealed under it already.
  record_keys(cipher_suite suite, std::span<const unsigned char> secret, std::uint64_t records);
  record_keys(const record_keys&) = delete;
  record_keys& operator=(const record_keys&) = delete;
  ~record_keys();

  /// Seals `plain` in place as the next record. `head` is the record's, with the sealed length in
  /// it; `tag` is filled in. False if OpenSSL fails, which leaves the connection of no use.
  [[nodiscard]] bool seal(std::span<const char, record_head_bytes> head, std::span<char> plain,
                          std::span<char, record_tag_bytes> tag);
  /// Opens `sealed` in place. False if it is not what the peer sealed as its next record.
  [[nodiscard]] bool open(std::span<const char, record_head_bytes> head, std::span<char> sealed,
                          std::span<char, record_tag_bytes> tag);
  /// Goes over to the next generation of keys, as a KeyUpdate says.
  void update();
  /// Records under the keys in force.
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  static constexpr std::size_t key_bytes_max = 32;
  static constexpr std::size_t nonce_bytes = 12;
  using nonce = std::array<unsigned char, nonce_bytes>;

  void derive();
  [[nodiscard]] nonce next_nonce();

  std::array<unsigned char, secret_bytes_max> secret_{};
  std::array<unsigned char, key_bytes_max> key_{};
  nonce iv_{};
  std::uint64_t records_;
  cipher_suite suite_;
};

}  // namespace varde::edge
