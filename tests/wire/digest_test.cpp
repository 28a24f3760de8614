// Digest authentication against the vectors of the RFCs, and what the gate lets through and how
// often.
#include "wire/digest.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <utility>

namespace varde::wire {
namespace {

using outcome = digest_gate::outcome;

constexpr auto start = base::wall_time{std::chrono::seconds{1'800'000'000}};
const std::string ha1 = digest_ha1("26001", scaip_realm, "hemmelig");

digest_gate make_gate(std::size_t used = digest_gate::used_nonces_max) {
  return digest_gate{std::string{scaip_realm}, "0123456789abcdef", used};
}

std::string nonce_of(const std::string& challenge) {
  const auto at = challenge.find("nonce=\"") + 7;
  return challenge.substr(at, challenge.find('"', at) - at);
}

/// What device 26001 answers to a challenge.
digest_credentials answer_to(const std::string& challenge, std::string count = "00000001",
                             std::string_view secret = ha1) {
  digest_credentials c;
  c.user = "26001";
  c.realm = scaip_realm;
  c.nonce = nonce_of(challenge);
  c.uri = "sip:varde@192.0.2.1";
  if (!count.empty()) {
    c.qop = "auth";
    c.cnonce = "0a4f113b";
    c.nonce_count = std::move(count);
  }
  c.response = digest_response(c, secret, "MESSAGE");
  return c;
}

outcome check(digest_gate& gate, const digest_credentials& c, base::wall_time now = start) {
  return gate.check(c, "26001", ha1, "MESSAGE", now);
}

TEST(digest, gives_the_response_of_rfc_2617_section_3_5) {
  const auto c = parse_digest(
      "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
      "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, "
      "nc=00000001, "
      "cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", "
      "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->user, "Mufasa");
  EXPECT_EQ(
      digest_response(*c, digest_ha1("Mufasa", "testrealm@host.com", "Circle Of Life"), "GET"),
      c->response);
}

TEST(digest, gives_the_response_of_rfc_7616_section_3_9_1_for_md5) {
  const auto c = parse_digest(
      "Digest "
      "username=\"Mufasa\",realm=\"http-auth@example.org\",uri=\"/dir/index.html\",algorithm=MD5,"
      "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\",nc=00000001,"
      "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\",qop=auth,"
      "response=\"8ca523f5e9506fed4657c9700eebdbec\"");
  ASSERT_TRUE(c);
  EXPECT_EQ(
      digest_response(*c, digest_ha1("Mufasa", "http-auth@example.org", "Circle of Life"), "GET"),
      c->response);
}

TEST(digest, gives_the_response_without_qop_of_rfc_2069_as_corrected) {
  digest_credentials c;
  c.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
  c.uri = "/dir/index.html";
  EXPECT_EQ(digest_response(c, digest_ha1("Mufasa", "testrealm@host.com", "CircleOfLife"), "GET"),
            "1949323746fe6a43ef61f9606e7febea");
}

TEST(digest, reads_escaped_quotes_and_unknown_parameters) {
  const auto c = parse_digest(R"(digest username="a\"b", nonce="n", x=1, Response="r" )");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->user, "a\"b");
  EXPECT_EQ(c->response, "r");
}

TEST(digest, refuses_what_is_no_digest) {
  for (const auto* bad :
       {"", "Basic dXNlcg==", "Digest", "Digest username", "Digest username=\"open",
        "Digest username=\"a\" nonce=\"b\" response=\"c\"", "Digest username=\"a\", nonce=\"b\""})
    EXPECT_EQ(parse_digest(bad).error(), error::malformed_credentials) << bad;
  EXPECT_EQ(parse_digest("Digest " + std::string(digest_header_bytes_max, 'a')).error(),
            error::too_long);
}

TEST(digest, arbitrary_text_is_parsed_or_refused) {
  EXPECT_TRUE(rc::check([](const std::string& text) { (void)parse_digest("Digest " + text); }));
}

TEST(digest_gate, grants_the_right_answer_once) {
  auto gate = make_gate();
  const auto c = answer_to(gate.challenge(start, false));
  EXPECT_EQ(check(gate, c), outcome::granted);
  EXPECT_EQ(check(gate, c), outcome::stale);
}

TEST(digest_gate, grants_a_rising_count_on_one_nonce) {
  auto gate = make_gate();
  const auto challenge = gate.challenge(start, false);
  EXPECT_EQ(check(gate, answer_to(challenge, "00000001")), outcome::granted);
  EXPECT_EQ(check(gate, answer_to(challenge, "00000003")), outcome::granted);
  EXPECT_EQ(check(gate, answer_to(challenge, "00000002")), outcome::stale);
}

TEST(digest_gate, without_qop_a_nonce_serves_once) {
  auto gate = make_gate();
  const auto c = answer_to(gate.challenge(start, false), "");
  EXPECT_EQ(check(gate, c), outcome::granted);
  EXPECT_EQ(check(gate, c), outcome::stale);
}

TEST(digest_gate, an_old_nonce_is_stale) {
  auto gate = make_gate();
  const auto c = answer_to(gate.challenge(start, false));
  EXPECT_EQ(check(gate, c, start + digest_gate::nonce_age_max + std::chrono::seconds{1}),
            outcome::stale);
  EXPECT_EQ(check(gate, c, start + digest_gate::nonce_age_max), outcome::granted);
}

TEST(digest_gate, a_nonce_of_another_process_is_stale_and_not_denied) {
  auto gate = make_gate();
  digest_gate other{std::string{scaip_realm}, "fedcba9876543210"};
  EXPECT_EQ(check(gate, answer_to(other.challenge(start, false))), outcome::stale);
  EXPECT_EQ(check(gate, answer_to("nonce=\"short\"")), outcome::stale);
}

TEST(digest_gate, denies_wrong_secret_user_realm_algorithm_and_protection) {
  auto gate = make_gate();
  const auto challenge = gate.challenge(start, false);
  EXPECT_EQ(check(gate, answer_to(challenge, "00000001", digest_ha1("26001", scaip_realm, "feil"))),
            outcome::denied);
  const auto changed = [&](auto change) {
    auto c = answer_to(challenge);
    change(c);
    c.response = digest_response(c, ha1, "MESSAGE");
    return check(gate, c);
  };
  EXPECT_EQ(changed([](auto& c) { c.user = "26002"; }), outcome::denied);
  EXPECT_EQ(changed([](auto& c) { c.realm = "other"; }), outcome::denied);
  EXPECT_EQ(changed([](auto& c) { c.algorithm = "SHA-256"; }), outcome::denied);
  EXPECT_EQ(changed([](auto& c) { c.qop = "auth-int"; }), outcome::denied);
  EXPECT_EQ(changed([](auto& c) { c.nonce_count = "x"; }), outcome::denied);
  EXPECT_EQ(gate.check(answer_to(challenge), "26001", "", "MESSAGE", start), outcome::denied);
}

TEST(digest_gate, remembers_a_bounded_number_and_replays_none_of_the_forgotten) {
  auto gate = make_gate(2);
  std::vector<digest_credentials> used;
  for (int i = 0; i < 3; ++i) {
    used.push_back(answer_to(gate.challenge(start + std::chrono::seconds{i}, false)));
    EXPECT_EQ(check(gate, used.back(), start + std::chrono::seconds{i}), outcome::granted);
  }
  for (const auto& c : used)
    EXPECT_EQ(check(gate, c, start + std::chrono::seconds{3}), outcome::stale);
}

TEST(digest_gate, says_stale_only_when_asked) {
  auto gate = make_gate();
  EXPECT_EQ(gate.challenge(start, false).find("stale"), std::string::npos);
  EXPECT_NE(gate.challenge(start, true).find("stale=true"), std::string::npos);
  EXPECT_NE(gate.challenge(start, true), gate.challenge(start, true));
}

}  // namespace
}  // namespace varde::wire
