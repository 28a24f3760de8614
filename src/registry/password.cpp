// libsodium's Argon2id, and the short list of what everybody tries first.
#include "registry/password.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "registry/error.hpp"

namespace varde::registry {

namespace {

/// Fewer different characters than this is a pattern, not a password.
constexpr std::ptrdiff_t distinct_bytes_min = 4;
/// "kari2024" is kari's name.
constexpr std::size_t digits_after_name_max = 4;

/// The commonest passwords of eight characters and more, by public counts of leaked ones, with
/// their Norwegian kin. Lower case, sorted.
constexpr auto common_passwords = std::to_array<std::string_view>({
    "0123456789",   "11111111",      "12121212",     "123123123",       "12341234",
    "12345678",     "123456789",     "1234567890",   "123456789a",      "1234567891",
    "123qweasd",    "147258369",     "1q2w3e4r",     "1q2w3e4r5t",      "1q2w3e4r5t6y",
    "1qaz2wsx",     "1qaz2wsx3edc",  "87654321",     "987654321",       "9876543210",
    "aa123456",     "abc12345",      "abcd1234",     "abcdefgh",        "administrator",
    "admin123",     "admin1234",     "alexander",    "asdfasdf",        "asdfghjk",
    "asdfghjkl",    "baseball",      "basketball",   "changeme",        "changeme123",
    "charlotte",    "chocolate",     "christian",    "computer",        "consumer",
    "dragon123",    "elizabeth",     "elskerdeg",    "facebook",        "fotball1",
    "fotball123",   "football",      "football1",    "g_czechout",      "heisann123",
    "hemmelig",     "hemmelig1",     "hemmelig123",  "hjemmetjenesten", "hunter22",
    "iloveyou",     "iloveyou1",     "internet",     "jegelskerdeg",    "jennifer",
    "kjaerlighet",  "kristian",      "letmein1",     "letmein123",      "liverpool",
    "liverpool1",   "manchester",    "martin123",    "master123",       "mathilde",
    "michelle",     "mobilemail",    "mustang1",     "norge123",        "norway123",
    "p@ssw0rd",     "pass1234",      "passord1",     "passord12",       "passord123",
    "passord1234",  "password",      "password1",    "password12",      "password123",
    "password1234", "password12345", "pokemon1",     "princess",        "princess1",
    "q1w2e3r4",     "q1w2e3r4t5",    "qazwsxedc",    "qwer1234",        "qwerty12",
    "qwerty123",    "qwerty1234",    "qwertyui",     "qwertyuiop",      "rosenborg",
    "samantha",     "sjokolade",     "sommer12",     "sommer123",       "sommer2023",
    "sommer2024",   "sommer2025",    "sommer2026",   "spiderman",       "starwars",
    "sunshine",     "sunshine1",     "superman",     "sykehjem1",       "sykepleier",
    "test1234",     "testtest",      "trustno1",     "trygghet",        "trygghetsalarm",
    "velkommen",    "velkommen1",    "velkommen123", "vinter123",       "vinter2023",
    "vinter2024",   "vinter2025",    "vinter2026",   "welcome1",        "welcome123",
    "whatever",     "zxcvbnm1",
});

/// The number of code points, or nullopt if the text is not UTF-8 (overlong forms are taken: they
/// harm nobody here).
std::optional<std::size_t> count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80         ? 1
                               : lead >> 5 == 0x6  ? 2
                               : lead >> 4 == 0xe  ? 3
                               : lead >> 3 == 0x1e ? 4
                                                   : 0;
    if (length == 0 || i + length > text.size()) return std::nullopt;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return std::nullopt;
    i += length;
  }
  return count;
}

std::string lower_ascii(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_name_and_digits(std::string_view password, std::string_view user) {
  if (user.empty() || !password.starts_with(user)) return false;
  const auto rest = password.substr(user.size());
  return rest.size() <= digits_after_name_max &&
         std::ranges::all_of(rest, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_common(std::string_view password, std::string_view user) {
  const auto lower = lower_ascii(password);
  if (std::ranges::find(common_passwords, lower) != common_passwords.end()) return true;
  if (is_name_and_digits(lower, lower_ascii(user))) return true;
  auto bytes = lower;
  std::ranges::sort(bytes);
  return std::unique(bytes.begin(), bytes.end()) - bytes.begin() < distinct_bytes_min;
}

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) std::abort();
}

}  // namespace

base::result<void> check_password_rules(std::string_view password, std::string_view user) {
  const auto characters = count_characters(password);
  if (!characters) return error::password_not_utf8;
  if (*characters < password_characters_min) return error::password_too_short;
  if (*characters > password_characters_max) return error::password_too_long;
  if (is_common(password, user)) return error::password_common;
  return {};
}

base::result<std::string> hash_password(std::string_view password, password_cost cost) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.passes,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return error::out_of_memory;
  return std::string{text.data()};
}

bool password_matches(const std::string& hash, std::string_view password) {
  start_sodium();
  // libsodium reads the whole fixed-size field on some paths, so it gets one.
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (hash.size() >= text.size()) return false;
  std::memcpy(text.data(), hash.data(), hash.size());
  return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

}  // namespace varde::registry
