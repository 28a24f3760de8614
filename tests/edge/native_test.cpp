// The native protocol end to end: a stranger's TLS client, the whole edge, and a core that answers
// as it is told.
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "edge/harness.hpp"
#include "edge/stranger.hpp"

namespace varde::edge::test {

namespace {

using device::v1::FromCentre;

constexpr std::string_view secret = "a secret of this very device";

class native : public edge_fixture {
 protected:
  native() {
    device("native", "varde-1")
        .set_certificate_sha256(
            certificate_sha256(test_certificates::get().device.certificate).value());
    device("native", "varde-2").set_secret_hash(base::sha256_hex(secret));
  }

  const std::string& address() const { return server->bound().native_tls; }
  stranger known_device() {
    stranger made{address(), {.identity = &test_certificates::get().device}};
    EXPECT_TRUE(made.say_hello("varde-1"));
    const auto welcome = made.next();
    EXPECT_TRUE(welcome && welcome->has_welcome());
    return made;
  }
  static std::string failure_code(stranger& of) {
    const auto last = of.next();
    return last && last->has_failure() ? last->failure().code() : "no failure frame";
  }
};

TEST_F(native, a_signal_reaches_the_core_and_is_acknowledged_after_its_answer) {
  start();
  core->hold();
  auto device = known_device();
  ASSERT_TRUE(device.send_signal(7));

  const auto admitted = core->wait_for(1);
  ASSERT_EQ(admitted.size(), 1u);
  EXPECT_EQ(admitted[0].signal.id(), "varde-1/7");
  EXPECT_EQ(admitted[0].municipality.str(), "4601");
  EXPECT_EQ(admitted[0].subject.str(), "r-berit");
  EXPECT_TRUE(admitted[0].known_device);
  EXPECT_EQ(admitted[0].device_kind, "safety_alarm");
  EXPECT_EQ(admitted[0].signal.trace().size(), 16u);
  EXPECT_EQ(admitted[0].signal.source(), "127.0.0.1");
  EXPECT_EQ(metric("varde_edge_sent_bytes_total{listener=\"scaip_tcp\"}"), 0);

  core->release();
  const auto answer = device.next();
  ASSERT_TRUE(answer && answer->has_acknowledge());
  EXPECT_EQ(answer->acknowledge().sequence(), 7u);
  EXPECT_EQ(answer->acknowledge().verdict(), device::v1::VERDICT_RECEIVED);
}

TEST_F(native, a_secret_proves_the_device_where_the_municipality_allows_it) {
  start();
  stranger device{address()};
  ASSERT_TRUE(device.say_hello("varde-2", secret));
  const auto welcome = device.next();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  ASSERT_TRUE(device.send_signal(1));
  const auto admitted = core->wait_for(1);
  ASSERT_EQ(admitted.size(), 1u);
  EXPECT_TRUE(admitted[0].known_device);
}

TEST_F(native, a_wrong_secret_is_refused_in_words) {
  start();
  stranger device{address()};
  ASSERT_TRUE(device.say_hello("varde-2", "another secret"));
  EXPECT_EQ(failure_code(device), "not_authorised");
  EXPECT_TRUE(device.sees_the_end());
}

TEST_F(native, no_proof_for_a_registered_device_is_refused) {
  start();
  stranger device{address()};
  ASSERT_TRUE(device.say_hello("varde-1"));
  EXPECT_EQ(failure_code(device), "not_authorised");
}

TEST_F(native, a_valid_certificate_of_another_device_is_refused) {
  start();
  stranger device{address(), {.identity = &test_certificates::get().device}};
  ASSERT_TRUE(device.say_hello("varde-2"));
  EXPECT_EQ(failure_code(device), "not_authorised");
}

TEST_F(native, an_expired_client_certificate_ends_the_handshake) {
  start();
  stranger device{address(), {.identity = &test_certificates::get().expired_device}};
  device.say_hello("varde-1");
  EXPECT_FALSE(device.next());
  EXPECT_TRUE(eventually([&] {
    return metric("varde_edge_ended_total{listener=\"native_tls\",cause=\"handshake_failed\"}") ==
           1;
  }));
}

TEST_F(native, a_client_certificate_of_an_unknown_authority_ends_the_handshake) {
  start();
  stranger device{address(), {.identity = &test_certificates::get().stranger}};
  device.say_hello("varde-1");
  EXPECT_FALSE(device.next());
}

TEST_F(native, nothing_older_than_tls_1_3_is_spoken) {
  start();
  stranger device{address(), {.tls_version_max = TLS1_2_VERSION}};
  EXPECT_FALSE(device.connected());
}

TEST_F(native, an_unknown_devices_signal_becomes_the_centres) {
  start();
  stranger device{address()};
  ASSERT_TRUE(device.say_hello("nobody-knows-me"));
  ASSERT_TRUE(device.next()->has_welcome());
  ASSERT_TRUE(device.send_signal(1));
  const auto admitted = core->wait_for(1);
  ASSERT_EQ(admitted.size(), 1u);
  EXPECT_FALSE(admitted[0].known_device);
  EXPECT_EQ(admitted[0].municipality.str(), "centre");
  EXPECT_EQ(admitted[0].subject, alarm::unknown_subject("127.0.0.1"));
  EXPECT_TRUE(device.next()->has_acknowledge());
}

TEST_F(native, unknown_devices_of_one_source_are_told_busy_beyond_their_rate) {
  given.limits.unknown_burst = 3;
  given.limits.unknown_per_minute = 0.001;
  start();
  stranger device{address()};
  ASSERT_TRUE(device.say_hello("nobody-knows-me"));
  ASSERT_TRUE(device.next()->has_welcome());
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    ASSERT_TRUE(device.send_signal(sequence));
    const auto answer = device.next();
    ASSERT_TRUE(answer && answer->has_acknowledge());
    EXPECT_EQ(answer->acknowledge().verdict(),
              sequence <= 3 ? device::v1::VERDICT_RECEIVED : device::v1::VERDICT_BUSY);
    EXPECT_EQ(answer->acknowledge().retry_after_ms() > 0, sequence == 4);
  }
  auto neighbour = known_device();
  ASSERT_TRUE(neighbour.send_signal(1));
  EXPECT_EQ(neighbour.next()->acknowledge().verdict(), device::v1::VERDICT_RECEIVED);
}

TEST_F(native, heartbeats_are_answered_while_the_core_stands_still) {
  start();
  core->hold();
  auto device = known_device();
  ASSERT_TRUE(device.send_signal(1));
  core->wait_for(1);
  device::v1::FromDevice beat;
  beat.mutable_heartbeat()->set_sequence(42);
  ASSERT_TRUE(device.send(beat));
  const auto answer = device.next();
  ASSERT_TRUE(answer && answer->has_heartbeat());
  EXPECT_EQ(answer->heartbeat().sequence(), 42u);
  EXPECT_GT(answer->heartbeat().server_time_us(), 0);
  EXPECT_EQ(core->wait_for(1).size(), 1u);
}

TEST_F(native, signals_beyond_the_window_are_told_busy) {
  given.limits.native_window = 4;
  start();
  core->hold();
  auto device = known_device();
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence)
    ASSERT_TRUE(device.send_signal(sequence));
  const auto refused = device.next();
  ASSERT_TRUE(refused && refused->has_acknowledge());
  EXPECT_EQ(refused->acknowledge().sequence(), 5u);
  EXPECT_EQ(refused->acknowledge().verdict(), device::v1::VERDICT_BUSY);
  ASSERT_EQ(core->wait_for(4).size(), 4u);
  core->release();
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence)
    EXPECT_EQ(device.next()->acknowledge().verdict(), device::v1::VERDICT_RECEIVED);
}

TEST_F(native, many_signals_in_one_write_are_all_acknowledged) {
  start();
  auto device = known_device();
  std::string all;
  for (std::uint64_t sequence = 1; sequence <= 200; ++sequence) {
    device::v1::FromDevice message;
    message.mutable_signal()->set_sequence(sequence);
    all += framed(message.SerializeAsString());
  }
  ASSERT_TRUE(device.send(all));
  for (std::uint64_t sequence = 1; sequence <= 200; ++sequence) {
    const auto answer = device.next();
    ASSERT_TRUE(answer && answer->has_acknowledge());
    EXPECT_EQ(answer->acknowledge().sequence(), sequence);
  }
}

TEST_F(native, the_cores_busy_and_refusal_reach_the_device) {
  start();
  auto device = known_device();
  core->outcome = alarm::verdict::busy;
  ASSERT_TRUE(device.send_signal(1));
  auto answer = device.next();
  ASSERT_TRUE(answer && answer->has_acknowledge());
  EXPECT_EQ(answer->acknowledge().verdict(), device::v1::VERDICT_BUSY);
  EXPECT_GT(answer->acknowledge().retry_after_ms(), 0u);
  core->outcome = alarm::verdict::refused;
  ASSERT_TRUE(device.send_signal(2));
  answer = device.next();
  ASSERT_TRUE(answer && answer->has_acknowledge());
  EXPECT_EQ(answer->acknowledge().verdict(), device::v1::VERDICT_REFUSED);
  EXPECT_FALSE(answer->acknowledge().detail().empty());
}

TEST_F(native, a_full_lower_lane_is_busy_while_life_still_goes_through) {
  lane_limits = {8, 4};
  publish();
  fake_core idle{lane_limits};  // nobody drains it
  edge::server alone{given, idle.lanes, directory, metrics};
  ASSERT_TRUE(alone.start());
  stranger device{alone.bound().native_tls, {.identity = &test_certificates::get().device}};
  ASSERT_TRUE(device.say_hello("varde-1"));
  ASSERT_TRUE(device.next()->has_welcome());
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence)
    ASSERT_TRUE(device.send_signal(sequence, 16));
  const auto refused = device.next();
  ASSERT_TRUE(refused && refused->has_acknowledge());
  EXPECT_EQ(refused->acknowledge().sequence(), 5u);
  EXPECT_EQ(refused->acknowledge().verdict(), device::v1::VERDICT_BUSY);
  for (std::uint64_t sequence = 6; sequence <= 9; ++sequence)
    ASSERT_TRUE(device.send_signal(sequence));
  EXPECT_TRUE(eventually([&] { return idle.lanes.size(0) == 4; }));
}

TEST_F(native, a_session_is_resumed_and_keeps_its_identity) {
  start();
  SSL_SESSION* ticket = nullptr;
  {
    auto first = known_device();
    ticket = first.session();
    first.close();
  }
  stranger again{address(), {.resume = ticket}};
  EXPECT_TRUE(again.resumed());
  ASSERT_TRUE(again.say_hello("varde-1"));
  const auto welcome = again.next();
  EXPECT_TRUE(welcome && welcome->has_welcome());
  EXPECT_EQ(metric("varde_edge_tls_resumed_total"), 1);
  SSL_SESSION_free(ticket);
}

TEST_F(native, keys_may_be_renewed_in_mid_connection) {
  start();
  auto device = known_device();
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    device.renew_keys();
    ASSERT_TRUE(device.send_signal(sequence));
    const auto answer = device.next();
    ASSERT_TRUE(answer && answer->has_acknowledge());
    EXPECT_EQ(answer->acknowledge().sequence(), sequence);
  }
}

TEST_F(native, a_right_that_is_taken_away_ends_an_open_connection) {
  start();
  auto device = known_device();
  set().mutable_devices(0)->set_certificate_sha256(std::string(64, '0'));
  publish();
  ASSERT_TRUE(device.send_signal(1));
  EXPECT_EQ(failure_code(device), "not_authorised");
}

TEST_F(native, draining_gives_the_answers_that_are_due_and_says_so) {
  start();
  core->hold();
  auto device = known_device();
  ASSERT_TRUE(device.send_signal(1));
  ASSERT_EQ(core->wait_for(1).size(), 1u);
  std::thread stopping{[this] { server->stop(); }};
  core->release();
  const auto answer = device.next();
  ASSERT_TRUE(answer && answer->has_acknowledge());
  EXPECT_EQ(failure_code(device), "draining");
  EXPECT_TRUE(device.sees_the_end());
  device.close();
  stopping.join();
}

TEST_F(native, draining_does_not_wait_for_ever_for_an_answer) {
  start();
  core->hold();
  auto device = known_device();
  ASSERT_TRUE(device.send_signal(1));
  ASSERT_EQ(core->wait_for(1).size(), 1u);
  server->stop();
  EXPECT_EQ(failure_code(device), "draining");
  EXPECT_TRUE(device.sees_the_end());
}

TEST_F(native, stopping_to_accept_leaves_open_connections_alone) {
  start();
  auto device = known_device();
  server->stop_accepting();
  EXPECT_TRUE(eventually([&] { return !stranger{address()}.connected(); }));
  ASSERT_TRUE(device.send_signal(1));
  EXPECT_TRUE(device.next()->has_acknowledge());
}

TEST_F(native, a_signal_that_the_core_never_answers_is_answered_busy) {
  given.limits.answer_max = std::chrono::milliseconds{50};
  start();
  core->hold();
  auto device = known_device();
  ASSERT_TRUE(device.send_signal(1));
  const auto answer = device.next();
  ASSERT_TRUE(answer && answer->has_acknowledge());
  EXPECT_EQ(answer->acknowledge().verdict(), device::v1::VERDICT_BUSY);
  EXPECT_EQ(metric("varde_edge_answers_late_total"), 1);
}

TEST_F(native, two_threads_share_one_address) {
  given.threads = 2;
  start();
  EXPECT_EQ(server->sinks().size(), 2u);
  for (std::uint64_t i = 1; i <= 8; ++i) {
    auto device = known_device();
    ASSERT_TRUE(device.send_signal(i));
    EXPECT_TRUE(device.next()->has_acknowledge());
  }
}

}  // namespace

}  // namespace varde::edge::test
