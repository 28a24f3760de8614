// SIP digest authentication (RFC 2617, MD5, qop=auth or none), the centre's side. Nonces carry
// their own time under a key, so a challenge costs no memory; only nonces that were used are
// remembered, against replay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "base/time.hpp"
#include "wire/error.hpp"

namespace varde::wire {

/// The usual realm; a registered HA1 is MD5(user:realm:password).
inline constexpr std::string_view scaip_realm = "varde";
inline constexpr std::size_t digest_header_bytes_max = 2048;

/// The parameters of an Authorization header, quotes taken off; empty where absent.
struct digest_credentials {
  std::string user;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string algorithm;
  std::string cnonce;
  std::string qop;
  std::string nonce_count;
};

/// `value` is what stands after "Authorization:". Errors: too_long, malformed_credentials.
[[nodiscard]] base::result<digest_credentials> parse_digest(std::string_view value);

/// MD5(user:realm:password), lower-case hex.
[[nodiscard]] std::string digest_ha1(std::string_view user, std::string_view realm,
                                     std::string_view password);
/// The response that proves HA1, lower-case hex: RFC 2617 3.2.2.1, with or without qop.
[[nodiscard]] std::string digest_response(const digest_credentials& credentials,
                                          std::string_view ha1, std::string_view method);

/// Hands out challenges and checks answers. Any thread; the lock is held for a map look-up.
class digest_gate {
 public:
  /// A nonce older than this is stale: the device is challenged again and its user notices nothing.
  static constexpr std::chrono::seconds nonce_age_max{300};
  /// Used nonces remembered. Over it the oldest is forgotten and all as old as it are stale, so
  /// none is replayed.
  static constexpr std::size_t used_nonces_max = 65536;

  enum class outcome { granted, stale, denied };

  /// `key`: at least 16 random bytes, new in each process.
  digest_gate(std::string realm, std::string key, std::size_t used_nonces = used_nonces_max);

  [[nodiscard]] const std::string& realm() const noexcept { return realm_; }
  /// The value of a WWW-Authenticate header with a nonce that was never given before.
  [[nodiscard]] std::string challenge(base::wall_time now, bool stale);
  /// granted: right credentials, and this nonce with this count was not used before. Without qop a
  /// nonce serves once. stale: right credentials on an old, foreign or used nonce. Compares in
  /// constant time.
  [[nodiscard]] outcome check(const digest_credentials& credentials, std::string_view user,
                              std::string_view ha1, std::string_view method, base::wall_time now);

 private:
  struct used_nonce {
    std::string nonce;
    std::int64_t issued_s;
  };

  [[nodiscard]] std::string seal(std::string_view issue) const;
  /// True, and remembered, if this nonce was not used with this or a higher count.
  bool use(const std::string& nonce, std::int64_t issued_s, std::uint32_t count,
           std::int64_t now_s);

  const std::string realm_;
  const std::string key_;
  const std::size_t used_nonces_max_;
  std::mutex mutex_;
  std::uint64_t issued_ = 0;
  std::unordered_map<std::string, std::uint32_t> counts_;
  std::deque<used_nonce> by_age_;        // in the order of first use
  std::int64_t forgotten_until_s_ = -1;  // nonces issued up to here are stale
};

}  // namespace varde::wire
