// Peers that send what they should not, too slowly, too much, or don't listen, at the native port:
// each loses its own connection and nothing else.
#include <gtest/gtest.h>

#include "edge/harness.hpp"
#include "edge/stranger.hpp"

namespace varde::edge::test {

namespace {

class hostile : public edge_fixture {
 protected:
  hostile() {
    device("native", "varde-1")
        .set_certificate_sha256(
            certificate_sha256(test_certificates::get().device.certificate).value());
  }
  const std::string& address() const { return server->bound().native_tls; }
  stranger neighbour() {
    stranger made{address(), {.identity = &test_certificates::get().device}};
    EXPECT_TRUE(made.say_hello("varde-1"));
    EXPECT_TRUE(made.next());
    return made;
  }
  static bool is_served(stranger& device, std::uint64_t sequence) {
    if (!device.send_signal(sequence)) return false;
    const auto answer = device.next();
    return answer && answer->has_acknowledge() && answer->acknowledge().sequence() == sequence;
  }
  bool ended_by(std::string_view cause) const {
    const auto series =
        "varde_edge_ended_total{listener=\"native_tls\",cause=\"" + std::string{cause} + "\"}";
    return eventually([&] { return metric(series) >= 1; });
  }
  static std::string last_words(stranger& device) {
    std::optional<device::v1::FromCentre> last;
    while (auto next = device.next()) last = std::move(next);
    device.close();
    return last && last->has_failure() ? last->failure().code() : "none";
  }
};

TEST_F(hostile, what_is_not_tls_is_turned_away) {
  start();
  auto beside = neighbour();
  stranger device{address(), {.tls = false}};
  ASSERT_TRUE(device.send("GET / HTTP/1.1\r\nHost: varde\r\n\r\n"));
  EXPECT_TRUE(device.sees_the_end());
  EXPECT_TRUE(ended_by("handshake_failed"));
  EXPECT_TRUE(is_served(beside, 1));
}

TEST_F(hostile, a_handshake_that_never_ends_is_cut_off) {
  given.limits.handshake_max = std::chrono::milliseconds{100};
  start();
  stranger device{address(), {.tls = false}};
  ASSERT_TRUE(device.send(std::string_view{"\x16\x03\x01", 3}));
  EXPECT_TRUE(device.sees_the_end());
  EXPECT_TRUE(ended_by("handshake_slow"));
}

TEST_F(hostile,
       while_all_places_of_a_handshake_are_taken_the_next_device_waits_and_is_then_served) {
  given.limits.handshakes_max = 1;
  given.limits.handshake_max = std::chrono::milliseconds{1'000};
  start();
  stranger knocking{address(), {.tls = false}};
  ASSERT_TRUE(knocking.connected());
  auto waiting = neighbour();
  EXPECT_TRUE(knocking.sees_the_end());
  EXPECT_TRUE(is_served(waiting, 1));
  EXPECT_EQ(metric("varde_edge_ended_total{listener=\"native_tls\",cause=\"over_limit\"}"), 0);
}

TEST_F(hostile, a_device_that_says_nothing_is_told_and_cut_off) {
  given.limits.message_max = std::chrono::milliseconds{100};
  start();
  stranger device{address()};
  ASSERT_TRUE(device.connected());
  EXPECT_EQ(last_words(device), "too_slow");
  EXPECT_TRUE(ended_by("hello_slow"));
}

TEST_F(hostile, a_frame_that_drips_is_cut_off) {
  given.limits.message_max = std::chrono::milliseconds{100};
  start();
  auto device = neighbour();
  auto beside = neighbour();
  ASSERT_TRUE(device.send(std::string_view{"\x20\x12", 2}));
  EXPECT_EQ(last_words(device), "too_slow");
  EXPECT_TRUE(ended_by("message_slow"));
  EXPECT_TRUE(is_served(beside, 1));
}

TEST_F(hostile, a_device_that_falls_silent_is_let_go) {
  given.limits.heartbeat_interval = std::chrono::seconds{0};
  start();
  stranger device{address(), {.identity = &test_certificates::get().device}};
  ASSERT_TRUE(device.say_hello("varde-1"));
  EXPECT_EQ(last_words(device), "too_slow");
  EXPECT_TRUE(ended_by("silent"));
}

TEST_F(hostile, a_frame_over_the_bound_is_named_so) {
  start();
  auto device = neighbour();
  ASSERT_TRUE(device.send(framed(std::string(5'000, 'x'))));
  EXPECT_EQ(last_words(device), "frame_too_long");
  EXPECT_TRUE(ended_by("too_long"));
}

TEST_F(hostile, a_length_that_never_ends_is_a_bad_frame) {
  start();
  auto device = neighbour();
  ASSERT_TRUE(device.send(std::string(16, '\xff')));
  const auto code = last_words(device);
  EXPECT_TRUE(code == "bad_frame" || code == "frame_too_long") << code;
}

TEST_F(hostile, garbage_in_a_frame_is_a_bad_frame) {
  start();
  auto device = neighbour();
  ASSERT_TRUE(device.send(framed("\xff\xff\xff\xff not protobuf")));
  EXPECT_EQ(last_words(device), "bad_frame");
  EXPECT_TRUE(ended_by("bad_input"));
}

TEST_F(hostile, a_signal_before_hello_is_named_so) {
  start();
  stranger device{address()};
  ASSERT_TRUE(device.send_signal(1));
  EXPECT_EQ(last_words(device), "hello_first");
}

TEST_F(hostile, a_signal_without_a_number_is_refused_and_the_connection_goes_on) {
  start();
  auto device = neighbour();
  ASSERT_TRUE(device.send_signal(0));
  const auto answer = device.next();
  ASSERT_TRUE(answer && answer->has_acknowledge());
  EXPECT_EQ(answer->acknowledge().verdict(), device::v1::VERDICT_REFUSED);
  EXPECT_FALSE(answer->acknowledge().detail().empty());
  EXPECT_TRUE(is_served(device, 1));
}

TEST_F(hostile, a_connection_cut_in_mid_frame_is_forgotten) {
  start();
  {
    auto device = neighbour();
    ASSERT_TRUE(device.send(std::string_view{"\x20\x12", 2}));
  }
  EXPECT_TRUE(
      eventually([&] { return metric("varde_edge_connections{listener=\"native_tls\"}") == 0; }));
}

TEST_F(hostile, a_peer_that_reads_nothing_is_cut_off_and_its_neighbour_served) {
  given.limits.write_stall_max = std::chrono::milliseconds{300};
  given.limits.outgoing_bytes_max = 4096;
  start();
  auto beside = neighbour();
  stranger deaf{address(),
                {.identity = &test_certificates::get().device, .receive_buffer_bytes = 4096}};
  ASSERT_TRUE(deaf.say_hello("varde-1"));
  std::string beats;
  for (int i = 0; i < 1'000; ++i) {
    device::v1::FromDevice beat;
    beat.mutable_heartbeat()->set_sequence(1'000'000 + i);
    beats += framed(beat.SerializeAsString());
  }
  while (deaf.send(beats)) {
  }
  EXPECT_TRUE(ended_by("reader_slow"));
  EXPECT_TRUE(is_served(beside, 1));
}

TEST_F(hostile, connections_over_the_limit_are_closed_at_once) {
  given.limits.connections_max = 2;
  start();
  auto first = neighbour();
  auto second = neighbour();
  stranger third{address()};
  EXPECT_FALSE(third.connected());
  EXPECT_TRUE(is_served(first, 1));
}

TEST_F(hostile, strangers_make_room_for_each_other_but_not_at_a_known_devices_cost) {
  given.limits.unidentified_max = 2;
  start();
  auto known = neighbour();
  std::vector<stranger> crowd;
  for (int i = 0; i < 4; ++i) {
    crowd.emplace_back(address());
    crowd.back().say_hello("nobody-" + std::to_string(i));
    EXPECT_TRUE(crowd.back().next());
  }
  EXPECT_FALSE(crowd.front().next());
  EXPECT_TRUE(is_served(crowd.back(), 1));
  EXPECT_TRUE(is_served(known, 1));
}

TEST_F(hostile, who_only_knocks_takes_nobodys_place_behind_the_handshake) {
  given.limits.unidentified_max = 2;  // one is the known device's until it says who it is
  start();
  stranger nameless{address()};
  ASSERT_TRUE(nameless.say_hello("nobody") && nameless.next());
  std::vector<stranger> knocking;
  for (int i = 0; i < 4; ++i) {
    knocking.emplace_back(address(), stranger::how{.tls = false});
    ASSERT_TRUE(knocking.back().connected());
  }
  auto known = neighbour();  // comes through, so all who knocked before were accepted
  EXPECT_TRUE(is_served(known, 1));
  EXPECT_TRUE(is_served(nameless, 1));
}

}  // namespace

}  // namespace varde::edge::test
