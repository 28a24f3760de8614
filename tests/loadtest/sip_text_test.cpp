// The device's side of SIP: what it writes can be read, what it reads is understood, digest as RFC
// 2617 has it.
#include "sip_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace varde::load;

TEST(sip_text, an_alarm_reads_back_with_its_transaction) {
  const std::string text = write_alarm({.device = "26001",
                                        .reference = "abc",
                                        .local = "127.0.0.1:4000",
                                        .centre = "127.0.0.1:5060",
                                        .transaction = 77,
                                        .authorization = {}});
  const auto read = read_sip(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, "MESSAGE");
  EXPECT_EQ(transaction_of(*read), 77u);
  EXPECT_EQ(read->find("Content-Length"), std::to_string(read->body.size()));
  EXPECT_NE(read->body.find("<ref>abc</ref><cid>26001</cid>"), std::string_view::npos);
}

TEST(sip_text, a_heartbeat_is_a_pi_and_names_the_transport_it_takes) {
  const std::string text = write_heartbeat({.device = "26001",
                                            .reference = "abc",
                                            .local = "127.0.0.1:4000",
                                            .centre = "127.0.0.1:5060",
                                            .transaction = 77,
                                            .authorization = {},
                                            .transport = "TCP"});
  const auto read = read_sip(text);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->find("Via").starts_with("SIP/2.0/TCP 127.0.0.1:4000;"));
  EXPECT_NE(read->body.find("<mty>PI</mty>"), std::string_view::npos);
}

TEST(sip_text, an_answer_may_use_compact_names) {
  const auto read = read_sip("SIP/2.0 200 OK\r\ni: 77@varde-load\r\nv: SIP/2.0/UDP x\r\n\r\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status, 200);
  EXPECT_EQ(transaction_of(*read), 77u);
}

TEST(sip_text, what_is_not_sip_is_not_read) {
  EXPECT_FALSE(read_sip(""));
  EXPECT_FALSE(read_sip("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(read_sip("SIP/2.0 2"));
}

TEST(sip_text, ok_carries_the_headers_that_belong_in_it) {
  const auto asked = read_sip(
      "MESSAGE sip:26001@x SIP/2.0\r\nVia: a\r\nVia: b\r\nFrom: f\r\nTo: t\r\nCall-ID: c\r\nCSeq: "
      "1 MESSAGE\r\n"
      "Max-Forwards: 70\r\n\r\n");
  ASSERT_TRUE(asked);
  EXPECT_EQ(
      write_ok(*asked),
      "SIP/2.0 200 OK\r\nVia: a\r\nVia: b\r\nFrom: f\r\nTo: t;tag=varde-load\r\nCall-ID: c\r\n"
      "CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n");
}

TEST(sip_text, an_mrs_says_which_alarm_and_how_it_went) {
  const auto read = read_mrs("<mrs><ref>00001A85</ref><snu>0</snu></mrs>");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->reference, "00001A85");
  EXPECT_EQ(read->status, 0);
  EXPECT_EQ(read_mrs("<mrs><ref>1</ref><snu>7</snu></mrs>")->status, 7);
  EXPECT_FALSE(read_mrs("<mrs><ref>1</ref></mrs>"));
  EXPECT_FALSE(read_mrs("<mrq><ref>1</ref><snu>0</snu></mrq>"));
}

TEST(sip_text, references_are_short_and_come_back) {
  constexpr std::uint64_t microseconds = 1'795'000'000'000'000;
  EXPECT_LE(to_base36(microseconds).size(), 16u);
  EXPECT_EQ(from_base36(to_base36(microseconds)), microseconds);
  EXPECT_FALSE(from_base36("not-one"));
  EXPECT_FALSE(from_base36(""));
}

TEST(sip_text, a_challenge_is_read_with_and_without_quotes) {
  const auto answer = read_sip(
      "SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"varde\", nonce=\"n1\", "
      "algorithm=MD5, "
      "qop=\"auth\"\r\n\r\n");
  ASSERT_TRUE(answer);
  const auto asked = read_challenge(*answer);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->realm, "varde");
  EXPECT_EQ(asked->nonce, "n1");
  EXPECT_TRUE(asked->qop_auth);
}

// HA1 = MD5(26001:varde:hemmelig), HA2 = MD5(MESSAGE:sip:varde@127.0.0.1:5060), by md5sum.
TEST(sip_text, a_challenge_without_qop_is_answered_as_rfc_2069_has_it) {
  const std::string value = answer_challenge({.realm = "varde", .nonce = "n1", .opaque = {}},
                                             "26001", "hemmelig", request_uri("127.0.0.1:5060"), 1);
  EXPECT_NE(value.find("response=\"6e115ba56451a9f4a94488efad244482\""), std::string::npos)
      << value;
}

}  // namespace
