// One measured run against a peer: publishers with a window or a rate each, a subscriber that says
// when a message was shown, and the book of what was acknowledged, so that a peer that is killed in
// the middle can be held to its word afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu_watch.hpp"
#include "histogram.hpp"
#include "peers/peer_address.hpp"
#include "tally.hpp"

namespace varde::load {

/// Some messages of one kind. A rate of 0 is a closed loop: always `window` in flight on each
/// connection.
struct peer_stream {
  std::string name;
  unsigned priority = 0;
  double rate_per_s = 0;
  std::size_t connections = 1;
  std::size_t window = 256;
};

struct peer_plan {
  std::string protocol;
  peer_address to;
  std::vector<peer_stream> streams;
  double run_s = 3;
  double drain_s = 10;              // how long the last acknowledgements are waited for
  std::size_t payload_bytes = 200;  // at least number_digits
  bool subscribe = false;           // measure until a subscriber has it
  bool has_priorities = false;
  std::uint32_t prefetch = 1'000;
  std::string place = "alarms";    // the stream, topic or queue
  std::uint16_t webhook_port = 0;  // the subscriber of "alerts"
  double duplicates = 0;           // share of messages that are sent twice, 0…1
  int server_pid = 0;
};

/// Every message begins with its number in so many hexadecimal digits.
inline constexpr std::size_t number_digits = 16;

struct stream_figures {
  std::string name;
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t shown = 0;
  double settled_in_s = 0;  // from the first message to the last acknowledgement
  histogram to_acknowledge, to_show;
};

struct peer_outcome {
  std::vector<stream_figures> streams;
  std::vector<cpu_share> cpu;
  std::vector<std::uint64_t> acknowledged;  // numbers, in the order they were acknowledged
  std::size_t links_lost = 0;
  std::string first_trouble;
};

/// Blocks for the whole run. Throws std::runtime_error if it can't be made.
[[nodiscard]] peer_outcome run_peer(const peer_plan& what);

/// Connections that only say who they are: what they cost the server, KB each.
struct peer_idle_outcome {
  std::size_t connections = 0;
  double kb_per_connection = 0;
};
/// The streams' connections are opened and held for run_s. Needs server_pid. Throws.
[[nodiscard]] peer_idle_outcome hold_idle(const peer_plan& what);

/// Subscribes and goes away again, so that the peer keeps what is published from then on. Throws.
void leave_subscription(const peer_plan& what);

/// Reads what the peer still has, until every number of `acknowledged` was seen or nothing has come
/// for drain_s.
struct peer_reckoning {
  std::uint64_t acknowledged = 0;
  std::uint64_t missing = 0;
  std::uint64_t doubled = 0;  // came more often than once
};
[[nodiscard]] peer_reckoning reckon(const peer_plan& what,
                                    const std::vector<std::uint64_t>& acknowledged);

}  // namespace varde::load
