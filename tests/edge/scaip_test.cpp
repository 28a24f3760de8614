// SCAIP over UDP, TCP and TLS through the whole edge, with a device's bytes written out by hand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "edge/harness.hpp"
#include "edge/sip_stranger.hpp"
#include "edge/stranger.hpp"

namespace varde::edge::test {

namespace {

class scaip : public edge_fixture {
 protected:
  scaip() {
    given.listen = {"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", ""};
    device("scaip", "26001");
  }
  const std::string& udp() const { return server->bound().scaip_udp; }
  stranger tcp_device() { return stranger{server->bound().scaip_tcp, {.tls = false}}; }

  /// Sends an alarm by UDP and gives the <mrs> that answers it, which the device acknowledges.
  static std::string alarm_answer(udp_stranger& device, std::string_view cid, std::string_view ref,
                                  std::string_view status = "0010") {
    device.send(sip_message(mrq(cid, ref, status), ref));
    const auto answer = device.receive_with("<mrs>");
    device.send(ok_to(answer));
    return answer;
  }
};

TEST_F(scaip, an_alarm_over_udp_is_answered_with_200_and_an_mrs_of_its_own) {
  start();
  udp_stranger device{udp()};
  device.send(sip_message(mrq("26001", "ab1"), "one"));
  const auto first = device.receive();
  const auto second = device.receive();
  const bool in_order = first.starts_with("SIP/2.0 200");
  const auto& mrs = in_order ? second : first;
  EXPECT_TRUE((in_order ? first : second).starts_with("SIP/2.0 200"));
  EXPECT_TRUE(mrs.starts_with("MESSAGE "));
  EXPECT_EQ(tag(mrs, "ref"), "ab1");
  EXPECT_EQ(tag(mrs, "snu"), "0");
  device.send(ok_to(mrs));

  const auto admitted = core->wait_for(1);
  ASSERT_EQ(admitted.size(), 1u);
  EXPECT_EQ(admitted[0].signal.id(), "26001/ab1");
  EXPECT_EQ(admitted[0].subject.str(), "r-berit");
  EXPECT_EQ(admitted[0].municipality.str(), "4601");
  EXPECT_TRUE(admitted[0].known_device);
  EXPECT_EQ(admitted[0].signal.source(), "127.0.0.1");
  EXPECT_EQ(admitted[0].signal.trace().size(), 16u);
}

TEST_F(scaip, nothing_is_acknowledged_before_the_core_has_answered) {
  start();
  core->hold();
  udp_stranger device{udp()};
  device.send(sip_message(mrq("26001", "ab2"), "held"));
  ASSERT_EQ(core->wait_for(1).size(), 1u);
  device.send(sip_options("after"));
  for (std::string heard; header(heard, "Call-ID") != "after@127.0.0.1";) {
    heard = device.receive();
    ASSERT_FALSE(heard.empty());
    EXPECT_EQ(heard.find("<mrs>"), std::string::npos);
  }
  core->release();
  EXPECT_EQ(tag(device.receive_with("<mrs>"), "snu"), "0");
}

TEST_F(scaip, a_retransmitted_request_is_admitted_once) {
  start();
  udp_stranger device{udp()};
  const auto request = sip_message(mrq("26001", "ab3"), "again");
  device.send(request);
  device.send(request);
  device.send(sip_message(mrq("26001", "ab4"), "other"));
  EXPECT_FALSE(device.receive_with("<ref>ab4</ref>").empty());
  const auto admitted = core->wait_for(2);
  ASSERT_EQ(admitted.size(), 2u);
  EXPECT_EQ(admitted[1].signal.id(), "26001/ab4");
}

TEST_F(scaip, digest_is_demanded_where_the_municipality_wants_it) {
  set().mutable_municipality()->set_scaip_digest(registry::v1::DIGEST_RULE_REQUIRED);
  set().mutable_devices(0)->set_digest_user("d26001");
  set().mutable_devices(0)->set_digest_ha1(base::md5_hex("d26001:varde:hemmelig"));
  start();
  udp_stranger device{udp()};
  device.send(sip_message(mrq("26001", "ab5"), "first"));
  const auto challenge = device.receive_with("401");
  const auto value = header(challenge, "WWW-Authenticate");
  const auto nonce_at = value.find("nonce=\"") + 7;
  const auto nonce = value.substr(nonce_at, value.find('"', nonce_at) - nonce_at);
  ASSERT_FALSE(nonce.empty());
  const auto response =
      base::md5_hex(fmt::format("{}:{}:00000001:c1:auth:{}", base::md5_hex("d26001:varde:hemmelig"),
                                nonce, base::md5_hex("MESSAGE:sip:varde@127.0.0.1")));
  device.send(sip_message(
      mrq("26001", "ab5"), "second", "UDP",
      fmt::format("Authorization: Digest username=\"d26001\", realm=\"varde\", nonce=\"{}\", "
                  "uri=\"sip:varde@127.0.0.1\", response=\"{}\", algorithm=MD5, cnonce=\"c1\", "
                  "qop=auth, nc=00000001\r\n",
                  nonce, response)));
  EXPECT_EQ(tag(device.receive_with("<mrs>"), "snu"), "0");
  EXPECT_EQ(core->wait_for(1).size(), 1u);
}

TEST_F(scaip, an_unknown_devices_alarm_becomes_the_centres_until_its_source_sends_too_much) {
  given.limits.unknown_burst = 2;
  given.limits.unknown_per_minute = 0.001;
  start();
  udp_stranger device{udp()};
  EXPECT_EQ(tag(alarm_answer(device, "999", "r1"), "snu"), "0");
  EXPECT_EQ(tag(alarm_answer(device, "998", "r2"), "snu"), "0");
  EXPECT_EQ(tag(alarm_answer(device, "997", "r3"), "snu"), "6");
  EXPECT_EQ(tag(alarm_answer(device, "26001", "r4"), "snu"), "0");
  const auto admitted = core->wait_for(3);
  ASSERT_EQ(admitted.size(), 3u);
  EXPECT_EQ(admitted[0].municipality.str(), "centre");
  EXPECT_FALSE(admitted[0].known_device);
}

TEST_F(scaip, a_full_lower_lane_is_answered_busy) {
  publish();
  fake_core idle{{2, 1}};  // nobody drains it
  edge::server alone{given, idle.lanes, directory, metrics};
  ASSERT_TRUE(alone.start());
  udp_stranger device{alone.bound().scaip_udp};
  device.send(sip_message(mrq("26001", "t1", "0016"), "t1"));
  EXPECT_EQ(tag(alarm_answer(device, "26001", "t2", "0016"), "snu"), "6");
}

TEST_F(scaip, heartbeats_never_reach_the_core) {
  start();
  udp_stranger device{udp()};
  device.send(
      sip_message("<mrq><ref>p1</ref><mty>PI</mty><cid>26001</cid><dty>2</dty></mrq>", "beat"));
  EXPECT_EQ(tag(device.receive_with("<mrs>"), "snu"), "0");
  EXPECT_TRUE(eventually(
      [&] { return metric("varde_edge_heartbeats_total{listener=\"scaip_udp\"}") == 1; }));
  EXPECT_EQ(tag(alarm_answer(device, "26001", "a1"), "snu"), "0");
  EXPECT_EQ(core->wait_for(1).size(), 1u);
}

TEST_F(scaip, a_registered_devices_heartbeat_keeps_its_connection_among_strangers) {
  given.limits.unidentified_max = 2;
  start();
  const auto beat = [](std::string_view cid) {
    return sip_message(
        fmt::format("<mrq><ref>p1</ref><mty>PI</mty><cid>{}</cid><dty>2</dty></mrq>", cid), cid,
        "TCP");
  };
  auto known = tcp_device();
  ASSERT_TRUE(known.send(beat("26001")));
  EXPECT_EQ(tag(known.receive_until("</mrs>"), "snu"), "0");
  std::vector<stranger> crowd;
  for (int i = 0; i < 4; ++i) {
    crowd.push_back(tcp_device());
    ASSERT_TRUE(crowd.back().send(beat(fmt::format("9900{}", i))));
    EXPECT_NE(crowd.back().receive_until("SIP/2.0 200"), "");
  }
  EXPECT_TRUE(crowd.front().sees_the_end());
  ASSERT_TRUE(known.send(sip_message(mrq("26001", "a1"), "a1", "TCP")));
  EXPECT_EQ(tag(known.receive_until("</mrs>"), "snu"), "0");
}

TEST_F(scaip, a_message_in_pieces_over_tcp_is_answered_on_its_connection) {
  start();
  auto device = tcp_device();
  ASSERT_TRUE(device.connected());
  const auto request = sip_message(mrq("26001", "tcp1"), "t1", "TCP");
  for (std::size_t at = 0; at < request.size(); at += 50)
    ASSERT_TRUE(device.send(request.substr(at, 50)));
  const auto answer = device.receive_until("</mrs>");
  EXPECT_NE(answer.find("SIP/2.0 200"), std::string::npos);
  EXPECT_EQ(tag(answer, "snu"), "0");
}

TEST_F(scaip, two_messages_and_a_ping_in_one_write_are_all_answered) {
  start();
  auto device = tcp_device();
  ASSERT_TRUE(device.send(sip_message(mrq("26001", "p1"), "p1", "TCP") + "\r\n\r\n" +
                          sip_message(mrq("26001", "p2"), "p2", "TCP")));
  std::string all;
  while (all.find("<ref>p1</ref>") == std::string::npos ||
         all.find("<ref>p2</ref>") == std::string::npos) {
    const auto more = device.receive();
    ASSERT_FALSE(more.empty());
    all += more;
  }
  EXPECT_EQ(core->wait_for(2).size(), 2u);
}

TEST_F(scaip, tls_1_2_is_spoken_with_sip_devices) {
  start();
  stranger device{server->bound().scaip_tls, {.tls_version_max = TLS1_2_VERSION}};
  ASSERT_TRUE(device.connected());
  ASSERT_TRUE(device.send(sip_message(mrq("26001", "tls1"), "s1", "TLS")));
  EXPECT_EQ(tag(device.receive_until("</mrs>"), "snu"), "0");
}

TEST_F(scaip, what_is_not_sip_ends_a_tcp_connection_and_leaves_its_neighbours_alone) {
  start();
  auto neighbour = tcp_device();
  for (const std::string_view garbage :
       {std::string_view{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        std::string_view{"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11},
        std::string_view{"MESSAGE sip:x SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n"}}) {
    auto device = tcp_device();
    ASSERT_TRUE(device.send(garbage));
    EXPECT_TRUE(device.sees_the_end());
  }
  auto endless = tcp_device();
  const std::string header_without_end(1024, 'x');
  for (int i = 0; i < 64 && endless.send(header_without_end); ++i) {
  }
  EXPECT_TRUE(endless.sees_the_end());
  ASSERT_TRUE(neighbour.send(sip_message(mrq("26001", "n1"), "n1", "TCP")));
  EXPECT_EQ(tag(neighbour.receive_until("</mrs>"), "snu"), "0");
}

TEST_F(scaip, a_dripping_tcp_peer_is_cut_off) {
  given.limits.message_max = std::chrono::milliseconds{100};
  start();
  auto device = tcp_device();
  ASSERT_TRUE(device.send("MESSAGE sip:varde@127.0.0.1 SIP/2.0\r\nVia: "));
  EXPECT_TRUE(device.sees_the_end());
  EXPECT_TRUE(eventually([&] {
    return metric("varde_edge_ended_total{listener=\"scaip_tcp\",cause=\"message_slow\"}") == 1;
  }));
}

TEST_F(scaip, garbage_and_oversized_datagrams_are_counted_and_disturb_nobody) {
  start();
  udp_stranger device{udp()};
  device.send("");
  device.send(std::string_view{"\0\xff\xfe\r\n", 5});
  device.send("MESSAGE sip:varde@127.0.0.1 SIP/2.0\r\n\r\n");
  device.send(std::string(40'000, 'x'));
  EXPECT_EQ(tag(alarm_answer(device, "26001", "g1"), "snu"), "0");
  EXPECT_EQ(metric("varde_edge_ended_total{listener=\"scaip_udp\",cause=\"too_long\"}"), 1);
}

TEST_F(scaip, draining_gives_udp_and_tcp_devices_the_answers_that_are_due) {
  start();
  core->hold();
  udp_stranger by_udp{udp()};
  auto by_tcp = tcp_device();
  by_udp.send(sip_message(mrq("26001", "d1"), "d1"));
  ASSERT_TRUE(by_tcp.send(sip_message(mrq("26001", "d2"), "d2", "TCP")));
  ASSERT_EQ(core->wait_for(2).size(), 2u);
  std::thread stopping{[this] { server->stop(); }};
  core->release();
  EXPECT_EQ(tag(by_udp.receive_with("<mrs>"), "ref"), "d1");
  EXPECT_EQ(tag(by_tcp.receive_until("</mrs>"), "ref"), "d2");
  EXPECT_TRUE(by_tcp.sees_the_end());
  by_tcp.close();
  stopping.join();
}

}  // namespace

}  // namespace varde::edge::test
