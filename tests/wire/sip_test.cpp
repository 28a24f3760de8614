// SIP in and out of plain structs: what is read, what is refused, how responses are addressed.
#include "wire/sip.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "wire/samples.hpp"
#include "wire/sip_grammar.hpp"
#include "wire/sip_head.hpp"

namespace varde::wire {
namespace {

using namespace std::string_view_literals;

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
  EXPECT_TRUE(rc::check([&](std::uint16_t where, char what) {
    std::string changed = good;
    changed[where % changed.size()] = what;
    if (const auto m = parse_sip(changed)) RC_ASSERT(!format_sip(*m).empty());
  }));
}

std::string head_of(std::string_view message) {
  const auto parts = split_sip(message);
  return parts ? parts->head : std::string{};
}

/// What devices send and answer, in the plain form.
const std::string plain_messages[] = {
    sample_message("<mrq/>"),
    sample_message("<mrq/>", "Max-Forwards: 70\r\nUser-Agent: Careline/2.1 (GSM)\r\n",
                   "z9hG4bK-1_a.b+c", "TLS"),
    "OPTIONS sip:192.0.2.1:5060 SIP/2.0\r\n"
    "v:SIP/2.0/UDP unit.example:40000;rport=1;branch=z9hG4bK2;received=192.0.2.9\r\n"
    "VIA: SIP/2.0/TCP proxy.example\r\n"
    "f: \"Alarm 7\" <sip:+4755550100@x.example;transport=tcp>;tag=7\r\n"
    "t: <sip:x.example:5061>\r\nm: \"\" <sip:u@192.0.2.9:65535;transport=UDP;ob>\r\n"
    "Allow: MESSAGE, OPTIONS\r\nAccept: text/plain, a/b;q=1\r\nSupported: path\r\n"
    "Expires: 300\r\n"
    "i: 5f3a-77\r\nCSeq: 007 OPTIONS\r\n\r\n",
    "SIP/2.0 200 OK, I have it\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx;rport=5060\r\n"
    "From: <sip:varde@x>;tag=1\r\nTo: <sip:26001@192.0.2.7>;tag=2\r\nCall-ID: c.1@varde\r\n"
    "CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n",
};

TEST(sip_plain, what_devices_send_is_read_without_osip_and_as_osip_reads_it) {
  for (const auto& message : plain_messages) {
    const auto head = head_of(message);
    const auto plain = read_plain_head(head);
    ASSERT_TRUE(plain) << message;
    EXPECT_EQ(*plain, *read_head_by_osip(head)) << message;
  }
}

TEST(sip_plain, what_is_not_surely_plain_is_left_to_osip) {
  const auto replaced = [](std::string_view what, std::string_view by) {
    std::string all = sample_message("x");
    return all.replace(all.find(what), what.size(), by);
  };
  const bad_input table[] = {
      {"a display name without quotes", replaced("From: <", "From: Alarm <")},
      {"a quote in a display name", replaced("From: <", "From: \"a\\\"b\" <")},
      {"two blanks after a display name", replaced("From: <", "From: \"a\"  <")},
      {"an address without brackets", replaced("<sip:varde@192.0.2.1>", "sip:varde@192.0.2.1")},
      {"an escape", replaced("From: <sip:26001", "From: <sip:26%30")},
      {"a password", replaced("From: <sip:26001", "From: <sip:26001:secret")},
      {"a parameter that osip leaves out", replaced("192.0.2.7>", "192.0.2.7;x-obr=1>")},
      {"an address too short for osip", replaced("<sip:varde@192.0.2.1>", "<sip:a>")},
      {"a port of too many digits", replaced("5062", "000005062")},
      {"a port out of range", replaced("5062", "65536")},
      {"a folded line", replaced("To: ", "To:\r\n ")},
      {"a blank before the colon", replaced("To:", "To :")},
      {"a header twice", sample_message("x", "To: <sip:other@x>\r\n")},
      {"a second contact", sample_message("x", "Contact: <sip:other@x>\r\n")},
      {"two Via on a line", replaced(";rport", ", SIP/2.0/UDP other.example")},
      {"a comment in Via", replaced(";rport", " (a)")},
      {"an empty parameter", replaced(";rport", ";;rport")},
      {"credentials", sample_message("x", "Authorization: Digest username=\"a\"\r\n")},
      {"an unknown header", sample_message("x", "Require: 100rel\r\n")},
      {"an empty header", sample_message("x", "User-Agent:\r\n")},
      {"a list", sample_message("x", "User-Agent: a, b\r\n")},
      {"CSeq of another method", replaced("1 MESSAGE", "1 OPTIONS")},
      {"CSeq too large", replaced("1 MESSAGE", "4294967296 MESSAGE")},
      {"another scheme", replaced("<sip:varde", "<tel:varde")},
      {"another version", replaced("SIP/2.0\r\n", "SIP/3.0\r\n")},
      {"a method in lower case", replaced("MESSAGE sip", "message sip")},
  };
  for (const auto& row : table) EXPECT_FALSE(read_plain_head(head_of(row.bytes))) << row.what;
}

TEST(sip_plain, whatever_is_changed_at_one_place_osip_reads_the_same) {
  constexpr auto marks = "\0\t\r\n !\"%&()*+,-./059:;<=>?@AZ[]_az~\x7F\xE5"sv;
  int taken = 0;
  const auto compare = [&](const std::string& changed) {
    const auto head = head_of(changed);
    const auto plain = read_plain_head(head);
    if (!plain) return;
    ++taken;
    const auto judged = read_head_by_osip(head);
    ASSERT_TRUE(judged) << changed;
    EXPECT_EQ(*judged, *plain) << changed;
  };
  for (const auto& good : plain_messages)
    for (std::size_t at = 0; at < good.size(); ++at) {
      compare(std::string{good}.erase(at, 1));
      for (const char mark : marks) {
        compare(std::string{good}.replace(at, 1, 1, mark));
        compare(std::string{good}.insert(at, 1, mark));
      }
    }
  EXPECT_GT(taken, 1000);
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
