// What is taken as a password, and how it is kept.
#include "registry/password.hpp"

#include <gtest/gtest.h>

#include "registry/error.hpp"

namespace varde::registry {
namespace {

constexpr password_cost cheap{1, 8192 * 2};

boost::system::error_code refusal(std::string_view password, std::string_view user = "kari") {
  const auto checked = check_password_rules(password, user);
  return checked ? boost::system::error_code{} : checked.error();
}

TEST(password_rules, length_is_counted_in_characters_and_nothing_is_cut) {
  EXPECT_EQ(refusal("bråkete"), error::password_too_short);
  EXPECT_FALSE(refusal("brøkdelå"));
  EXPECT_FALSE(refusal(std::string(60, 'a') + "bcdefgh"));
  std::string long_one;
  for (int i = 0; i < 128; ++i)
    long_one += i % 2 == 0 ? "ø" : i % 3 == 0 ? "å" : i % 5 == 0 ? "x" : "z";
  EXPECT_FALSE(refusal(long_one));
  EXPECT_EQ(refusal(long_one + "a"), error::password_too_long);
}

TEST(password_rules, the_commonest_are_refused_in_any_case) {
  for (const auto* common : {"12345678", "Passord123", "PASSWORD", "Sommer2026", "qwertyuiop",
                             "aaaaaaaaaaaa", "abababababab"})
    EXPECT_EQ(refusal(common), error::password_common) << common;
}

TEST(password_rules, ones_own_name_with_a_year_is_refused) {
  EXPECT_EQ(refusal("Kari.Nordmann2026", "kari.nordmann"), error::password_common);
  EXPECT_FALSE(refusal("kari.nordmann liker ski", "kari.nordmann"));
}

TEST(password_rules, bytes_that_are_no_text_are_refused) {
  EXPECT_EQ(refusal("abcdefgh\xff"), error::password_not_utf8);
  EXPECT_EQ(refusal("abcdefgh\xc3"), error::password_not_utf8);
}

TEST(password, the_kept_text_names_argon2id_and_a_cost_that_asvs_allows) {
  const auto hash = hash_password("korrekt hest batteri stift").value();
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=47104,t=2,p=1$")) << hash;
  EXPECT_TRUE(password_matches(hash, "korrekt hest batteri stift"));
}

TEST(password, only_the_whole_password_matches) {
  const std::string password = std::string(100, 'x') + "slutt";
  const auto hash = hash_password(password, cheap).value();
  EXPECT_TRUE(password_matches(hash, password));
  EXPECT_FALSE(password_matches(hash, std::string(100, 'x') + "slutT"));
  EXPECT_FALSE(password_matches(hash, password.substr(0, 72)));
  EXPECT_FALSE(password_matches(hash, ""));
}

TEST(password, the_same_password_is_kept_differently_each_time) {
  EXPECT_NE(hash_password("korrekt hest", cheap).value(),
            hash_password("korrekt hest", cheap).value());
}

TEST(password, nothing_matches_what_is_no_hash) {
  EXPECT_FALSE(password_matches("", ""));
  EXPECT_FALSE(password_matches("plain", "plain"));
  EXPECT_FALSE(password_matches(std::string(1000, '$'), "plain"));
}

}  // namespace
}  // namespace varde::registry
