// The whole SCAIP dialogue, message by message, as a device and the core see it.
#include "wire/scaip_agent.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "wire/samples.hpp"
#include "wire/scaip.hpp"
#include "wire/sip.hpp"

namespace varde::wire {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view alarm_xml =
    "<mrq><ref>R1</ref><cid>26001</cid><dty>4</dty><stc>10</stc><crd>gsm:</crd></mrq>";
constexpr std::string_view heartbeat_xml =
    "<mrq><mty>PI</mty><ref>P1</ref><cid>26001</cid><dty>2</dty></mrq>";
const peer on_udp{transport::udp, "192.0.2.7", 40000, 0};
const peer on_tcp{transport::tcp, "192.0.2.7", 40001, 5};

/// An agent on a clock of its own, with the devices a test gives it.
class scaip_agent_test : public ::testing::Test {
 protected:
  scaip_agent_test() : agent_{make()} {
    devices_["26001"].registered = true;
    devices_["26001"].voice_number = "+4755550199";
  }

  scaip_agent make(std::size_t tickets_max = 100) {
    scaip_agent_options options;
    options.gate = gate_;
    options.tag_seed = "seed";
    options.sent_by_udp = "192.0.2.1:5060";
    options.tickets_max = tickets_max;
    return {options, [this](std::string_view cid) { return devices_[std::string{cid}]; }};
  }

  /// What the agent does with one message; later calls add nothing to it.
  const agent_actions& receive(const peer& source, std::string_view message) {
    out_.clear();
    agent_.receive(source, message, now_, out_);
    return out_;
  }
  const agent_actions& answered(std::uint64_t ticket,
                                alarm::verdict outcome = alarm::verdict::received) {
    out_.clear();
    agent_.answered(ticket, outcome, now_, out_);
    return out_;
  }
  const agent_actions& tick_after(base::steady_time::duration time) {
    now_.steady += time;
    out_.clear();
    agent_.tick(now_, out_);
    return out_;
  }
  [[nodiscard]] sip_message sent(std::size_t i = 0) const {
    return i < out_.send.size() ? *parse_sip(out_.send[i].bytes) : sip_message{};
  }
  [[nodiscard]] bool noted(agent_event what) const {
    return std::ranges::any_of(out_.notes, [&](const auto& note) { return note.what == what; });
  }
  /// What the device says to a request of ours.
  static std::string answer_to(const sip_message& request, int status) {
    return format_sip(
        make_response(request, {transport::udp, "192.0.2.1", 5060, 0}, status, "x", "dev"));
  }

  std::shared_ptr<digest_gate> gate_ =
      std::make_shared<digest_gate>(std::string{scaip_realm}, "0123456789abcdef");
  std::map<std::string, scaip_device> devices_;
  moment now_{base::steady_time{1h}, base::wall_time{1'800'000'000s}};
  agent_actions out_;
  scaip_agent agent_;
};

TEST_F(scaip_agent_test, an_alarm_gets_200_at_once_and_its_mrs_after_the_verdict) {
  receive(on_udp, sample_message(alarm_xml));
  ASSERT_EQ(out_.send.size(), 1U);
  EXPECT_EQ(sent().status, 200);
  EXPECT_EQ(sent().body, "");
  EXPECT_EQ(out_.send[0].to, on_udp) << "rport was asked for";
  ASSERT_EQ(out_.admit.size(), 1U);
  EXPECT_EQ(out_.admit[0].signal.id(), "26001/R1");
  EXPECT_EQ(out_.admit[0].signal.source(), "192.0.2.7");
  EXPECT_EQ(out_.admit[0].signal.received_at_us(), base::to_us(now_.wall));
  EXPECT_EQ(agent_.waiting(), 1U);

  answered(out_.admit[0].ticket);
  ASSERT_EQ(out_.send.size(), 1U);
  const auto mrs = sent();
  EXPECT_EQ(mrs.method, "MESSAGE");
  EXPECT_EQ(mrs.uri, "sip:26001@192.0.2.7:5062");
  EXPECT_EQ(mrs.to.uri, "sip:26001@192.0.2.7");
  EXPECT_EQ(mrs.content_type, "application/scaip+xml");
  EXPECT_EQ(mrs.body,
            "<mrs><ref>R1</ref><snu>0</snu><mre>1</mre><cre>62</cre><tnu>+4755550199</tnu></mrs>");
  EXPECT_EQ(mrs.vias[0].host, "192.0.2.1");
  EXPECT_EQ(out_.send[0].to.host, "192.0.2.7");
  EXPECT_EQ(out_.send[0].to.port, 5062) << "where its Contact listens";
  EXPECT_EQ(agent_.waiting(), 0U);
}

TEST_F(scaip_agent_test, the_mrs_is_repeated_until_the_device_answers) {
  receive(on_udp, sample_message(alarm_xml));
  answered(out_.admit[0].ticket);
  const auto mrs = out_.send[0].bytes;
  tick_after(500ms);
  ASSERT_EQ(out_.send.size(), 1U);
  EXPECT_EQ(out_.send[0].bytes, mrs);
  receive(on_udp, answer_to(sent(), 200));
  EXPECT_TRUE(noted(agent_event::mrs_delivered));
  EXPECT_EQ(out_.notes[0].device, "26001");
  EXPECT_TRUE(tick_after(1s).send.empty());
}

TEST_F(scaip_agent_test, a_device_that_refuses_or_does_not_answer_is_noted) {
  receive(on_udp, sample_message(alarm_xml));
  answered(out_.admit[0].ticket);
  receive(on_udp, answer_to(sent(), 500));
  EXPECT_TRUE(noted(agent_event::mrs_rejected));

  receive(on_udp, sample_message(alarm_xml, {}, "z9hG4bK2"));
  answered(out_.admit[0].ticket);
  tick_after(sip_transaction_time);
  EXPECT_TRUE(noted(agent_event::mrs_lost));
}

TEST_F(scaip_agent_test, a_retransmission_gets_the_stored_answer_and_is_not_admitted_again) {
  receive(on_udp, sample_message(alarm_xml));
  const auto first = out_.send[0].bytes;
  receive(on_udp, sample_message(alarm_xml));
  ASSERT_EQ(out_.send.size(), 1U);
  EXPECT_EQ(out_.send[0].bytes, first);
  EXPECT_TRUE(out_.admit.empty());
  EXPECT_TRUE(noted(agent_event::repeated));
}

TEST_F(scaip_agent_test, a_new_message_with_the_same_ref_is_admitted_and_acknowledged_again) {
  receive(on_udp, sample_message(alarm_xml));
  receive(on_udp, sample_message(alarm_xml, {}, "z9hG4bK2"));
  ASSERT_EQ(out_.admit.size(), 1U);
  EXPECT_EQ(out_.admit[0].signal.id(), "26001/R1");
  EXPECT_EQ(answered(out_.admit[0].ticket).send.size(), 1U);
}

TEST_F(scaip_agent_test, on_a_connection_everything_goes_back_on_it) {
  const auto message = sample_message(alarm_xml, {}, "z9hG4bK1", "TCP");
  EXPECT_EQ(receive(on_tcp, message).send[0].to, on_tcp);
  answered(out_.admit[0].ticket);
  EXPECT_EQ(out_.send[0].to, on_tcp);
  EXPECT_EQ(sent().vias[0].protocol, "TCP");
  EXPECT_TRUE(tick_after(10s).send.empty()) << "not repeated on a stream";
}

TEST_F(scaip_agent_test, the_mrs_never_goes_to_another_host) {
  auto message = sample_message(alarm_xml);
  message.replace(message.find("<sip:26001@192.0.2.7:5062>"), 26, "<sip:26001@198.51.100.9:99>");
  receive(on_udp, message);
  answered(out_.admit[0].ticket);
  EXPECT_EQ(out_.send[0].to, on_udp);
}

TEST_F(scaip_agent_test,
       without_a_port_in_its_contact_a_device_hears_the_mrs_where_it_heard_the_200) {
  auto message = sample_message(alarm_xml);
  message.replace(message.find("192.0.2.7:5062"), 14, "192.0.2.7");
  receive(on_udp, message);
  answered(out_.admit[0].ticket);
  EXPECT_EQ(out_.send[0].to, on_udp);
}

TEST_F(scaip_agent_test, an_unregistered_device_is_answered_once) {
  devices_["26001"].registered = false;
  receive(on_udp, sample_message(alarm_xml));
  EXPECT_EQ(answered(out_.admit[0].ticket).send.size(), 1U);
  EXPECT_TRUE(tick_after(1s).send.empty());
}

TEST_F(scaip_agent_test, busy_and_refused_are_told_apart) {
  receive(on_udp, sample_message(alarm_xml));
  answered(out_.admit[0].ticket, alarm::verdict::busy);
  EXPECT_EQ(sent().body, "<mrs><ref>R1</ref><snu>6</snu></mrs>");
  receive(on_udp, sample_message(alarm_xml, {}, "z9hG4bK2"));
  answered(out_.admit[0].ticket, alarm::verdict::refused);
  EXPECT_EQ(sent().body, "<mrs><ref>R1</ref><snu>5</snu></mrs>");
}

TEST_F(scaip_agent_test, a_heartbeat_is_answered_at_once_and_never_admitted) {
  receive(on_udp, sample_message(heartbeat_xml));
  EXPECT_TRUE(out_.admit.empty());
  ASSERT_EQ(out_.send.size(), 2U);
  EXPECT_EQ(sent(0).status, 200);
  EXPECT_EQ(sent(1).body, "<mrs><ref>P1</ref><snu>0</snu><mre>0</mre></mrs>");
  EXPECT_TRUE(noted(agent_event::heartbeat));
  EXPECT_EQ(out_.notes[0].device, "26001");
}

TEST_F(scaip_agent_test, for_the_profile_that_wants_it_the_200_waits_and_carries_the_mrs) {
  devices_["26001"].profile = "mrs-in-200";
  receive(on_udp, sample_message(alarm_xml));
  EXPECT_TRUE(out_.send.empty());
  const auto ticket = out_.admit.at(0).ticket;
  EXPECT_TRUE(receive(on_udp, sample_message(alarm_xml)).send.empty()) << "absorbed while waiting";
  EXPECT_TRUE(out_.admit.empty());

  answered(ticket);
  ASSERT_EQ(out_.send.size(), 1U);
  EXPECT_EQ(sent().status, 200);
  EXPECT_EQ(parse_mrs(sent().body)->status, scaip_status::ok);
  const auto first = out_.send[0].bytes;
  EXPECT_EQ(receive(on_udp, sample_message(alarm_xml)).send.at(0).bytes, first);
  EXPECT_EQ(receive(on_udp, sample_message(heartbeat_xml, {}, "z9hG4bK3")).send.size(), 1U);
}

TEST_F(scaip_agent_test, answers_as_application_xml_where_the_profile_says_so) {
  devices_["26001"].profile = "plain-xml";
  receive(on_udp, sample_message(heartbeat_xml));
  EXPECT_EQ(sent(1).content_type, "application/xml");
}

TEST_F(scaip_agent_test, a_verdict_for_an_unknown_ticket_does_nothing) {
  EXPECT_TRUE(answered(77).send.empty());
}

TEST_F(scaip_agent_test, a_ticket_without_a_verdict_is_given_up_after_a_minute) {
  receive(on_udp, sample_message(alarm_xml));
  const auto ticket = out_.admit[0].ticket;
  tick_after(59s);
  EXPECT_EQ(agent_.waiting(), 1U);
  tick_after(1s);
  EXPECT_TRUE(noted(agent_event::verdict_late));
  EXPECT_TRUE(answered(ticket).send.empty());
}

TEST_F(scaip_agent_test, over_the_limit_of_tickets_a_device_is_told_to_come_again) {
  agent_ = make(1);
  receive(on_udp, sample_message(alarm_xml));
  receive(on_udp, sample_message(alarm_xml, {}, "z9hG4bK2"));
  EXPECT_EQ(sent().status, 503);
  ASSERT_NE(sent().header("Retry-After"), nullptr);
  EXPECT_TRUE(out_.admit.empty());
  EXPECT_TRUE(noted(agent_event::overloaded));
  EXPECT_EQ(receive(on_udp, sample_message(heartbeat_xml, {}, "z9hG4bK3")).send.size(), 2U);
}

TEST_F(scaip_agent_test, has_no_deadline_when_nothing_waits) {
  EXPECT_FALSE(agent_.deadline());
  receive(on_udp, sample_message(alarm_xml));
  EXPECT_TRUE(agent_.deadline());
  answered(out_.admit[0].ticket);
  EXPECT_EQ(*agent_.deadline(), now_.steady + sip_t1);
  receive(on_udp, answer_to(sent(), 200));
  tick_after(40s);
  EXPECT_FALSE(agent_.deadline());
}

TEST_F(scaip_agent_test, options_is_answered_with_what_we_take) {
  auto message = sample_message("");
  for (auto at = message.find("MESSAGE"); at != std::string::npos; at = message.find("MESSAGE"))
    message.replace(at, 7, "OPTIONS");
  receive(on_udp, message);
  EXPECT_EQ(sent().status, 200);
  EXPECT_NE(out_.send[0].bytes.find("Allow: MESSAGE, OPTIONS\r\n"), std::string::npos);
  EXPECT_NE(out_.send[0].bytes.find("Accept: application/scaip+xml"), std::string::npos);
}

TEST_F(scaip_agent_test, what_is_not_taken_gets_its_own_status) {
  const auto replaced = [](std::string text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
      text.replace(at, what.size(), by);
    return text;
  };
  const auto alarm = sample_message(alarm_xml);
  struct row {
    const char* what;
    std::string message;
    int status;
  };
  const row table[] = {
      {"INVITE", replaced(alarm, "MESSAGE", "INVITE"), 405},
      {"REGISTER", replaced(alarm, "MESSAGE", "REGISTER"), 405},
      {"BYE", replaced(alarm, "MESSAGE", "BYE"), 481},
      {"CANCEL", replaced(alarm, "MESSAGE", "CANCEL"), 481},
      {"an extension", sample_message(alarm_xml, "Require: 100rel\r\n"), 420},
      {"a packed body", sample_message(alarm_xml, "Content-Encoding: gzip\r\n"), 415},
      {"text", replaced(alarm, "application/scaip+xml", "text/plain"), 415},
      {"no XML", sample_message("hello"), 400},
      {"a document type", sample_message("<!DOCTYPE mrq><mrq/>"), 400},
      {"no ref", sample_message("<mrq><cid>26001</cid><dty>4</dty></mrq>"), 400},
      {"too large", sample_message(std::string(sip_message_bytes_max, ' ')), 413},
      {"CSeq of another method", replaced(alarm, "1 MESSAGE", "1 OPTIONS"), 400},
  };
  for (const auto& row : table) {
    receive(on_udp, row.message);
    ASSERT_EQ(out_.send.size(), 1U) << row.what;
    EXPECT_TRUE(out_.send[0].bytes.starts_with(fmt::format("SIP/2.0 {} ", row.status)))
        << row.what << ": " << out_.send[0].bytes;
    EXPECT_TRUE(out_.admit.empty()) << row.what;
    EXPECT_EQ(out_.notes.size(), 1U) << row.what;
  }
  EXPECT_EQ(agent_.waiting(), 0U);
}

TEST_F(scaip_agent_test, an_ack_and_noise_are_not_answered) {
  auto ack = sample_message("");
  for (auto at = ack.find("MESSAGE"); at != std::string::npos; at = ack.find("MESSAGE"))
    ack.replace(at, 7, "ACK");
  EXPECT_TRUE(receive(on_udp, ack).send.empty());
  EXPECT_TRUE(receive(on_udp, "\x16\x03\x01 hello").send.empty());
  EXPECT_TRUE(noted(agent_event::malformed));
  EXPECT_TRUE(receive(on_udp, answer_to(*parse_sip(sample_message("")), 200)).send.empty());
}

TEST_F(scaip_agent_test, a_bad_mrq_with_a_ref_is_answered_by_its_status_once) {
  receive(on_udp, sample_message("<mrq><ref>R9</ref><cid>26001</cid></mrq>"));
  ASSERT_EQ(out_.send.size(), 2U);
  EXPECT_EQ(sent(0).status, 200);
  EXPECT_EQ(sent(1).body, "<mrs><ref>R9</ref><snu>7</snu><ste>dty</ste></mrs>");
  EXPECT_TRUE(out_.admit.empty());
}

TEST_F(scaip_agent_test, a_broken_stream_is_told_why_where_it_can_be) {
  out_.clear();
  const auto message = sample_message("x");
  agent_.receive_broken(on_tcp, message.substr(0, message.find("\r\n\r\n")), error::too_long, out_);
  EXPECT_TRUE(out_.send.at(0).bytes.starts_with("SIP/2.0 413 "));
}

class scaip_digest_test : public scaip_agent_test {
 protected:
  scaip_digest_test() {
    auto& device = devices_["26001"];
    device.digest_required = true;
    device.digest_user = "26001";
    device.digest_ha1 = digest_ha1("26001", scaip_realm, "hemmelig");
  }

  /// The Authorization line that answers the challenge of the last response.
  std::string authorization(std::string_view password) {
    const auto* challenge = sent().header("WWW-Authenticate");
    const auto text = challenge != nullptr ? *challenge : out_.send.at(0).bytes;
    const auto at = text.find("nonce=\"") + 7;
    digest_credentials c;
    c.nonce = text.substr(at, text.find('"', at) - at);
    c.uri = "sip:varde@192.0.2.1";
    c.qop = "auth";
    c.cnonce = "abc";
    c.nonce_count = "00000001";
    const auto response = digest_response(c, digest_ha1("26001", scaip_realm, password), "MESSAGE");
    return fmt::format(
        "Authorization: Digest username=\"26001\", realm=\"varde\", nonce=\"{}\", uri=\"{}\", "
        "response=\"{}\", "
        "algorithm=MD5, cnonce=\"abc\", qop=auth, nc=00000001\r\n",
        c.nonce, c.uri, response);
  }
};

TEST_F(scaip_digest_test, a_device_is_challenged_and_then_admitted) {
  receive(on_udp, sample_message(alarm_xml));
  EXPECT_EQ(out_.send.size(), 1U);
  EXPECT_TRUE(out_.send[0].bytes.starts_with("SIP/2.0 401 Unauthorized\r\n"));
  EXPECT_TRUE(noted(agent_event::challenged));
  EXPECT_TRUE(out_.admit.empty());

  const auto answer = sample_message(alarm_xml, authorization("hemmelig"), "z9hG4bK2");
  receive(on_udp, answer);
  EXPECT_EQ(out_.admit.size(), 1U);
  EXPECT_EQ(sent().status, 200);
  receive(on_udp, answer);
  EXPECT_EQ(sent().status, 200) << "a retransmission is not a replay";
}

TEST_F(scaip_digest_test, a_wrong_password_is_denied) {
  receive(on_udp, sample_message(alarm_xml));
  receive(on_udp, sample_message(alarm_xml, authorization("feil"), "z9hG4bK2"));
  EXPECT_TRUE(out_.admit.empty());
  EXPECT_TRUE(noted(agent_event::denied));
  EXPECT_TRUE(out_.send[0].bytes.starts_with("SIP/2.0 401 "));
}

TEST_F(scaip_digest_test, a_replay_is_challenged_anew_as_stale) {
  receive(on_udp, sample_message(alarm_xml));
  const auto line = authorization("hemmelig");
  receive(on_udp, sample_message(alarm_xml, line, "z9hG4bK2"));
  receive(on_udp, sample_message(alarm_xml, line, "z9hG4bK3"));
  EXPECT_TRUE(out_.admit.empty());
  EXPECT_NE(out_.send[0].bytes.find("stale=true"), std::string::npos);
}

TEST_F(scaip_digest_test, heartbeats_and_bad_requests_need_it_too) {
  receive(on_udp, sample_message(heartbeat_xml));
  EXPECT_EQ(out_.send.size(), 1U);
  EXPECT_TRUE(out_.send[0].bytes.starts_with("SIP/2.0 401 "));
  receive(on_udp, sample_message("<mrq><ref>R9</ref><cid>26001</cid></mrq>"));
  EXPECT_TRUE(out_.send[0].bytes.starts_with("SIP/2.0 401 "));
}

TEST_F(scaip_digest_test, without_a_registered_secret_nobody_gets_in) {
  devices_["26001"].digest_ha1.clear();
  receive(on_udp, sample_message(alarm_xml));
  receive(on_udp, sample_message(alarm_xml, authorization("hemmelig"), "z9hG4bK2"));
  EXPECT_TRUE(out_.admit.empty());
}

}  // namespace
}  // namespace varde::wire
