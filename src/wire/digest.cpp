// A nonce is "<issue time, 8 bytes><number, 8 bytes><HMAC-SHA256 of these, 16 bytes>" in hex.
#include "wire/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <span>

#include "base/hash.hpp"
#include "wire/text.hpp"

namespace varde::wire {

namespace {

constexpr std::size_t seal_bytes = 16;
constexpr std::size_t issue_characters = 32;  // time and number in hex

/// What a parameter's value is stored in; nullptr for one we don't use.
std::string* field(digest_credentials& to, std::string_view name) {
  static constexpr std::pair<std::string_view, std::string digest_credentials::*> fields[] = {
      {"username", &digest_credentials::user},     {"realm", &digest_credentials::realm},
      {"nonce", &digest_credentials::nonce},       {"uri", &digest_credentials::uri},
      {"response", &digest_credentials::response}, {"algorithm", &digest_credentials::algorithm},
      {"cnonce", &digest_credentials::cnonce},     {"qop", &digest_credentials::qop},
      {"nc", &digest_credentials::nonce_count}};
  for (const auto& [known, member] : fields)
    if (equal_ignoring_case(known, name)) return &(to.*member);
  return nullptr;
}

/// Takes a quoted string or a token off the front of `rest`; nullopt if the quotes don't close.
std::optional<std::string> take_value(std::string_view& rest) {
  std::string out;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(','), rest.size());
    out = trimmed(rest.substr(0, end));
    rest.remove_prefix(end);
    return out;
  }
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return out;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    out += rest[i];
  }
  return std::nullopt;
}

std::optional<std::uint64_t> from_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::int64_t seconds(base::wall_time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

bool is_supported(const digest_credentials& c) {
  return (c.algorithm.empty() || equal_ignoring_case(c.algorithm, "MD5")) &&
         (c.qop.empty() || equal_ignoring_case(c.qop, "auth"));
}

}  // namespace

base::result<digest_credentials> parse_digest(std::string_view value) {
  if (value.size() > digest_header_bytes_max) return error::too_long;
  constexpr std::string_view scheme = "Digest";
  auto rest = trimmed(value);
  if (!equal_ignoring_case(rest.substr(0, scheme.size()), scheme))
    return error::malformed_credentials;
  rest.remove_prefix(scheme.size());
  digest_credentials out;
  for (;;) {
    rest = trimmed(rest);
    if (rest.empty()) break;
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return error::malformed_credentials;
    const auto name = trimmed(rest.substr(0, equals));
    rest = trimmed(rest.substr(equals + 1));
    auto read = take_value(rest);
    if (!read) return error::malformed_credentials;
    if (auto* to = field(out, name)) *to = std::move(*read);
    rest = trimmed(rest);
    if (!rest.empty() && rest.front() != ',') return error::malformed_credentials;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  if (out.user.empty() || out.nonce.empty() || out.response.empty())
    return error::malformed_credentials;
  return out;
}

std::string digest_ha1(std::string_view user, std::string_view realm, std::string_view password) {
  return base::md5_hex(fmt::format("{}:{}:{}", user, realm, password));
}

std::string digest_response(const digest_credentials& c, std::string_view ha1,
                            std::string_view method) {
  const auto ha2 = base::md5_hex(fmt::format("{}:{}", method, c.uri));
  if (c.qop.empty()) return base::md5_hex(fmt::format("{}:{}:{}", ha1, c.nonce, ha2));
  return base::md5_hex(
      fmt::format("{}:{}:{}:{}:{}:{}", ha1, c.nonce, c.nonce_count, c.cnonce, c.qop, ha2));
}

digest_gate::digest_gate(std::string realm, std::string key, std::size_t used_nonces)
    : realm_(std::move(realm)), key_(std::move(key)), used_nonces_max_(used_nonces) {}

std::string digest_gate::seal(std::string_view issue) const {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(issue.data()), issue.size(), mac.data(),
           &length) == nullptr)
    std::abort();
  return base::to_hex(std::span{mac}.first(seal_bytes));
}

std::string digest_gate::challenge(base::wall_time now, bool stale) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock{mutex_};
    number = ++issued_;
  }
  const auto issue = fmt::format("{:016x}{:016x}", seconds(now), number);
  return fmt::format(R"(Digest realm="{}", nonce="{}{}", algorithm=MD5, qop="auth"{})", realm_,
                     issue, seal(issue), stale ? ", stale=true" : "");
}

digest_gate::outcome digest_gate::check(const digest_credentials& credentials,
                                        std::string_view user, std::string_view ha1,
                                        std::string_view method, base::wall_time now) {
  if (ha1.empty() || !is_supported(credentials)) return outcome::denied;
  const auto expected = digest_response(credentials, ha1, method);
  const bool proven = base::equal_constant_time(expected, lower_case(credentials.response));
  if (!proven || credentials.user != user || credentials.realm != realm_) return outcome::denied;

  const std::string_view nonce = credentials.nonce;
  if (nonce.size() != issue_characters + 2 * seal_bytes) return outcome::stale;
  const auto issue = nonce.substr(0, issue_characters);
  if (!base::equal_constant_time(seal(issue), nonce.substr(issue_characters)))
    return outcome::stale;
  const auto issued_s = static_cast<std::int64_t>(from_hex(issue.substr(0, 16)).value_or(0));
  const auto now_s = seconds(now);
  if (now_s - issued_s > nonce_age_max.count() || issued_s > now_s + nonce_age_max.count())
    return outcome::stale;

  std::uint32_t count = 1;
  if (!credentials.qop.empty()) {
    const auto said = from_hex(credentials.nonce_count);
    if (!said || *said == 0 || *said > UINT32_MAX) return outcome::denied;
    count = static_cast<std::uint32_t>(*said);
  }
  return use(credentials.nonce, issued_s, count, now_s) ? outcome::granted : outcome::stale;
}

bool digest_gate::use(const std::string& nonce, std::int64_t issued_s, std::uint32_t count,
                      std::int64_t now_s) {
  const std::lock_guard lock{mutex_};
  if (issued_s <= forgotten_until_s_) return false;
  if (const auto known = counts_.find(nonce); known != counts_.end()) {
    if (count <= known->second) return false;
    known->second = count;
    return true;
  }
  while (!by_age_.empty() && now_s - by_age_.front().issued_s > nonce_age_max.count()) {
    counts_.erase(by_age_.front().nonce);
    by_age_.pop_front();
  }
  if (counts_.size() >= used_nonces_max_) {
    forgotten_until_s_ = std::max(forgotten_until_s_, by_age_.front().issued_s);
    counts_.erase(by_age_.front().nonce);
    by_age_.pop_front();
    if (issued_s <= forgotten_until_s_) return false;
  }
  counts_.emplace(nonce, count);
  by_age_.push_back({nonce, issued_s});
  return true;
}

}  // namespace varde::wire
