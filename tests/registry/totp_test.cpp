// One-time codes against the vectors of RFC 6238 appendix B and RFC 4648 §10.
#include "registry/totp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace varde::registry {
namespace {

const std::string rfc_secret = encode_base32("12345678901234567890");

base::wall_time at_s(std::int64_t seconds) {
  return base::wall_time{std::chrono::seconds{seconds}};
}

TEST(totp, agrees_with_the_vectors_of_rfc_6238) {
  // The appendix gives eight digits; six are their tail.
  EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(59))), "287082");
  EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(1111111109))), "081804");
  EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(1111111111))), "050471");
  EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(1234567890))), "005924");
  EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(2000000000))), "279037");
  EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(20000000000))), "353130");
}

TEST(totp, takes_a_code_one_step_early_or_late_and_no_further) {
  const auto now = at_s(1'700'000'000);
  const auto step = totp_step(now);
  for (const auto given : {step - 1, step, step + 1})
    EXPECT_EQ(accept_totp(rfc_secret, *totp_code(rfc_secret, given), now, 0), given);
  for (const auto given : {step - 2, step + 2})
    EXPECT_FALSE(accept_totp(rfc_secret, *totp_code(rfc_secret, given), now, 0));
}

TEST(totp, a_code_serves_once) {
  const auto now = at_s(1'700'000'000);
  const auto step = totp_step(now);
  const auto code = *totp_code(rfc_secret, step);
  EXPECT_TRUE(accept_totp(rfc_secret, code, now, step - 1));
  EXPECT_FALSE(accept_totp(rfc_secret, code, now, step));
  EXPECT_FALSE(accept_totp(rfc_secret, code, now, step + 1));
}

TEST(totp, refuses_what_is_no_code) {
  const auto now = at_s(1'700'000'000);
  for (const auto* code : {"", "1", "12345", "1234567", "abcdef"})
    EXPECT_FALSE(accept_totp(rfc_secret, code, now, 0)) << code;
  EXPECT_FALSE(accept_totp("not base32!", "123456", now, 0));
}

TEST(base32, agrees_with_the_vectors_of_rfc_4648) {
  EXPECT_EQ(encode_base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(decode_base32("MZXW6YTBOI======"), "foobar");
  EXPECT_EQ(decode_base32("mzxw 6ytb"), "fooba");
  EXPECT_FALSE(decode_base32("MZXW1"));
}

TEST(base32, every_text_round_trips) {
  EXPECT_TRUE(rc::check(
      [](const std::string& bytes) { RC_ASSERT(decode_base32(encode_base32(bytes)) == bytes); }));
}

}  // namespace
}  // namespace varde::registry
