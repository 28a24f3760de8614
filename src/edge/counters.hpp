// What the edge counts. Registered once at start; every edge thread adds to the same relaxed
// atomics.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "alarm/lane.hpp"
#include "base/metrics.hpp"

namespace varde::edge {

enum class listener : std::uint8_t { native_tls, scaip_udp, scaip_tcp, scaip_tls };
inline constexpr std::size_t listener_count = 4;
[[nodiscard]] std::string_view listener_name(listener l);

/// Why a connection ended, or why something that came in was not taken.
enum class cause : std::uint8_t {
  peer_closed,       // in order
  peer_lost,         // reset, or cut off without a word
  handshake_failed,  // TLS: no common version, unknown authority, expired or wrong certificate
  handshake_slow,
  hello_slow,      // no hello in time
  message_slow,    // dripped
  reader_slow,     // did not take our answers
  silent,          // no sign of life for three heartbeat intervals, or an idle SIP connection
  bad_input,       // not the protocol
  too_long,        // a message over the bound
  not_authorised,  // a registered device that did not prove who it is
  over_limit,      // connections, or ended to make room
  not_taken,       // SIP: a method or content that we don't take
  draining,        // we are going down
};
inline constexpr std::size_t cause_count = 14;
[[nodiscard]] std::string_view cause_name(cause c);

/// What became of a signal at the edge.
enum class intake_outcome : std::uint8_t {
  to_core,       // pushed to its lane
  lane_full,     // busy
  room_full,     // busy: too many wait for the core already
  rate_limited,  // busy: an unknown device's source sends too much
  over_window,   // busy: the device sent more than its window
};
inline constexpr std::size_t intake_outcome_count = 5;
[[nodiscard]] std::string_view outcome_name(intake_outcome o);

struct counters {
  explicit counters(base::metrics& all);

  template <std::size_t N>
  using counter_row = std::array<base::counter*, N>;

  counter_row<listener_count> accepted{};
  std::array<base::gauge*, listener_count> open{};
  std::array<counter_row<cause_count>, listener_count> ended{};
  counter_row<listener_count> bytes_in{};
  counter_row<listener_count> bytes_out{};
  counter_row<listener_count> heartbeats{};
  base::counter* signs_of_life = nullptr;
  std::array<counter_row<intake_outcome_count>, alarm::lane_count> signals{};
  std::array<base::counter*, 3> answers{};  // by verdict
  base::counter* answers_late{};            // the core was too slow or never answered
  base::counter* answers_lost{};            // a SIP device did not acknowledge our answer
  base::counter* answers_rejected{};        // or refused it
  base::counter* repeated{};                // SIP requests answered from their transaction
  base::counter* resumed{};                 // TLS handshakes that resumed a session
  std::array<base::latency_histogram*, alarm::lane_count> to_lane{};
  base::latency_histogram* to_answer{};
};

}  // namespace varde::edge
