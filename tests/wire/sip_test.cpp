// SIP in and out of plain structs: what is read, what is refused, how responses are addressed.
#include "wire/sip.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "wire/samples.hpp"

namespace varde::wire {
namespace {

const peer device{transport::udp, "192.0.2.7", 40000, 0};

TEST(sip_parse, reads_a_message_request) {
  const auto m = parse_sip(sample_message("<mrq/>"));
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->is_request());
  EXPECT_EQ(m->method, "MESSAGE");
  EXPECT_EQ(m->uri, "sip:varde@192.0.2.1");
  ASSERT_EQ(m->vias.size(), 1U);
  EXPECT_EQ(m->vias[0].protocol, "UDP");
  EXPECT_EQ(m->vias[0].host, "192.0.2.7");
  EXPECT_EQ(m->vias[0].port, 5060);
  EXPECT_EQ(m->vias[0].value("BRANCH"), "z9hG4bK1");
  ASSERT_NE(m->vias[0].find("rport"), nullptr);
  EXPECT_FALSE(*m->vias[0].find("rport"));
  EXPECT_EQ(m->from.user, "26001");
  EXPECT_EQ(m->from.tag, "a1");
  EXPECT_EQ(m->to.tag, "");
  EXPECT_EQ(m->call_id, "call-1@192.0.2.7");
  EXPECT_EQ(m->cseq, 1U);
  EXPECT_EQ(m->contact, "sip:26001@192.0.2.7:5062");
  EXPECT_EQ(m->contact_host, "192.0.2.7");
  EXPECT_EQ(m->contact_port, 5062);
  EXPECT_EQ(m->content_type, "application/scaip+xml");
  EXPECT_EQ(m->body, "<mrq/>");
}

TEST(sip_parse, reads_compact_headers_folded_lines_and_addresses_of_version_6) {
  const auto m = parse_sip(
      "OPTIONS sip:varde@[2001:db8::1] SIP/2.0\r\n"
      "v: SIP/2.0/TCP [2001:db8::7]:5070;branch=z9hG4bK2\r\n"
      "v: SIP/2.0/UDP proxy.example\r\n"
      "f: \"Alarm, one\" <sip:1@x>;tag=t\r\n"
      "t: sip:varde@x\r\n"
      "i: c\r\n"
      "Subject: one\r\n  two\r\n"
      "CSeq: 7 OPTIONS\r\n\r\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->vias.size(), 2U);
  EXPECT_EQ(m->vias[0].host, "2001:db8::7");
  EXPECT_EQ(m->vias[1].port, 0);
  ASSERT_NE(m->header("subject"), nullptr);
  EXPECT_EQ(m->header("subject")->find('\n'), std::string::npos);
  EXPECT_NE(format_sip(*m).find("Via: SIP/2.0/TCP [2001:db8::7]:5070;branch=z9hG4bK2\r\n"),
            std::string::npos);
}

TEST(sip_parse, reads_a_response) {
  const auto m = parse_sip(
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx\r\nFrom: "
      "<sip:varde@x>;tag=1\r\n"
      "To: <sip:26001@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->is_request());
  EXPECT_EQ(m->status, 200);
  EXPECT_EQ(m->to.tag, "2");
}

TEST(sip_parse, gives_the_authorization_back_for_digest) {
  const auto m = parse_sip(
      sample_message("x",
                     "Authorization: Digest username=\"26001\", realm=\"varde\", nonce=\"n\", "
                     "uri=\"sip:varde@192.0.2.1\", response=\"r\", algorithm=MD5, qop=auth, "
                     "cnonce=\"c\", nc=00000001\r\n"));
  ASSERT_TRUE(m);
  ASSERT_EQ(m->authorizations.size(), 1U);
  EXPECT_NE(m->authorizations[0].find("username=\"26001\""), std::string::npos);
  EXPECT_NE(m->authorizations[0].find("nc=00000001"), std::string::npos);
}

TEST(sip_parse, takes_lines_that_end_in_a_line_feed_alone_and_a_body_without_length) {
  std::string text = sample_message("<mrq/>");
  text.erase(text.find("Content-Length"), 19);
  std::erase(text, '\r');
  const auto m = parse_sip("\r\n" + text);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->body, "<mrq/>");
  EXPECT_EQ(m->call_id, "call-1@192.0.2.7");
}

TEST(sip_parse, leaves_the_parts_of_a_body_alone) {
  const std::string parts = "--x\r\nContent-Type4\r\n\r\nhello\r\n--x--\r\n";
  auto text = sample_message(parts);
  text.replace(text.find("application/scaip+xml"), 21, "multipart/mixed;boundary=x");
  const auto m = parse_sip(text);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->content_type, "multipart/mixed");
  EXPECT_EQ(m->body, parts);
}

struct bad_input {
  const char* what;
  std::string bytes;
};

TEST(sip_parse, refuses_what_is_not_a_whole_message) {
  const auto without = [](std::string_view name) {
    std::string all = sample_message("x");
    const auto at = all.find("\r\n" + std::string{name} + ":") + 2;
    return all.erase(at, all.find("\r\n", at) + 2 - at);
  };
  const auto replaced = [](std::string_view what, std::string_view by) {
    std::string all = sample_message("x");
    return all.replace(all.find(what), what.size(), by);
  };
  const bad_input table[] = {
      {"empty", ""},
      {"blank lines", "\r\n\r\n"},
      {"another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"binary", std::string("\x00\x01\x02\xff", 4)},
      {"no headers", "MESSAGE sip:a@b SIP/2.0\r\n\r\n"},
      {"cut in the header", sample_message("x").substr(0, 120)},
      {"no Via", without("Via")},
      {"no From", without("From")},
      {"no To", without("To")},
      {"no Call-ID", without("Call-ID")},
      {"no CSeq", without("CSeq")},
      {"CSeq of another method", replaced("1 MESSAGE", "1 OPTIONS")},
      {"CSeq not a number", replaced("1 MESSAGE", "x MESSAGE")},
      {"two lengths", sample_message("x", "Content-Length: 1\r\n")},
      {"CSeq too large", replaced("1 MESSAGE", "99999999999 MESSAGE")},
      {"body shorter than said", replaced("Content-Length: 1", "Content-Length: 9")},
      {"status below 100", "SIP/2.0 1 OK\r\n" + sample_message("x").substr(37)},
  };
  for (const auto& row : table)
    EXPECT_EQ(parse_sip(row.bytes).error(), error::malformed_message) << row.what;
  EXPECT_EQ(parse_sip(std::string(sip_message_bytes_max + 1, 'a')).error(), error::too_long);
}

TEST(sip_parse, takes_or_refuses_any_change_of_one_byte) {
  const auto good = sample_message("<mrq/>");
  rc::check([&](std::uint16_t where, char what) {
    std::string changed = good;
    changed[where % changed.size()] = what;
    if (const auto m = parse_sip(changed)) RC_ASSERT(!format_sip(*m).empty());
  });
}

TEST(sip_format, what_was_parsed_is_written_and_parsed_alike) {
  const auto first = parse_sip(sample_message("<mrq/>", "Max-Forwards: 70\r\n"));
  const auto text = format_sip(*first);
  const auto second = parse_sip(text);
  ASSERT_TRUE(second);
  EXPECT_EQ(format_sip(*second), text);
  EXPECT_EQ(second->body, first->body);
  EXPECT_EQ(second->contact, first->contact);
}

TEST(sip_format, a_value_can_not_begin_a_line_of_its_own) {
  auto m = *parse_sip(sample_message("x"));
  m.contact = "sip:a@b>\r\nEvil: yes";
  EXPECT_EQ(format_sip(m).find("\r\nEvil"), std::string::npos);
}

TEST(sip_response, copies_what_identifies_the_request_and_says_where_it_came_from) {
  const auto request = *parse_sip(sample_message("x"));
  const auto text = format_sip(make_response(request, device, 200, "OK", "tt"));
  EXPECT_EQ(text,
            "SIP/2.0 200 OK\r\n"
            "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1;rport=40000;received=192.0.2.7\r\n"
            "From: <sip:26001@192.0.2.7>;tag=a1\r\n"
            "To: <sip:varde@192.0.2.1>;tag=tt\r\n"
            "Call-ID: call-1@192.0.2.7\r\n"
            "CSeq: 1 MESSAGE\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(sip_response, goes_to_the_source_or_to_the_port_that_via_names) {
  auto request = *parse_sip(sample_message("x"));
  EXPECT_EQ(response_destination(request, device).port, 40000) << "rport was asked for";
  request.vias[0].parameters.clear();
  EXPECT_EQ(response_destination(request, device).port, 5060) << "sent-by is the source";
  request.vias[0].host = "10.0.0.5";
  EXPECT_EQ(response_destination(request, device).port, 40000) << "behind NAT";
  EXPECT_EQ(response_destination(request, device).host, device.host);
  const peer stream{transport::tcp, "192.0.2.7", 40000, 3};
  EXPECT_EQ(response_destination(request, stream), stream);
}

TEST(sip_answer_unparsed, is_made_of_the_raw_lines) {
  auto bytes = sample_message("x");
  bytes.replace(bytes.find("1 MESSAGE"), 9, "x MESSAGE");
  ASSERT_FALSE(parse_sip(bytes));
  const auto answer = answer_unparsed(bytes, 400, "Bad Request");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->starts_with("SIP/2.0 400 Bad Request\r\n"));
  EXPECT_NE(answer->find("Call-ID: call-1@192.0.2.7\r\n"), std::string::npos);
}

TEST(sip_answer_unparsed, nothing_is_said_to_what_is_not_a_request) {
  for (const auto& bytes :
       {std::string{}, std::string{"hello"}, std::string{"SIP/2.0 200 OK SIP/2.0\r\n"},
        std::string{"MESSAGE sip:a SIP/2.0\r\nVia: x\r\n\r\n"}})
    EXPECT_FALSE(answer_unparsed(bytes, 400, "Bad Request")) << bytes;
}

}  // namespace
}  // namespace varde::wire
