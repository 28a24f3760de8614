// What one run of the generator is asked to do, with the bounds that keep it from becoming an
// accident, and what it found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu_watch.hpp"
#include "demo.hpp"
#include "stream.hpp"
#include "tally.hpp"

namespace varde::load {

inline constexpr double rate_per_s_max = 200'000;
inline constexpr double times_capacity_max = 100;
inline constexpr double run_s_max = 600;
inline constexpr std::uint64_t signals_max = 5'000'000;
inline constexpr std::size_t connections_max = 20'000;
inline constexpr std::size_t window_max = 1'024;

struct plan {
  double rate_per_s = 2'000;  // open loop
  double run_s = 10;
  std::size_t connections = 500;  // native: TLS connections; SCAIP: devices in use
  bool saturate = false;  // closed loop: always `window` signals in flight on each connection
  std::size_t window = 16;
  bool watch = true;       // sign in and measure until the WebSocket shows it
  bool digest = false;     // SCAIP: use devices with credentials too
  double drain_s = 15;     // how long answers are waited for after the last signal
  int server_pid = 0;      // 0: not known
  bool plain_tcp = false;  // idle: SCAIP's TCP listener, and one heartbeat
  double duplicates =
      0;  // share of signals that are sent twice, as a device does that heard nothing
  /// Not empty: the server may be killed, and what it had acknowledged is written here.
  std::string book_file;
  /// SCAIP against a server that is not Varde: its 200 counts, and nothing is audited.
  bool acknowledged_by_200 = false;
  /// Native: what runs side by side; empty: one stream by the fields above.
  std::vector<stream> streams;
  /// Native: for each stream, by places in the demo's list, the devices that its connections are;
  /// empty: they are dealt out when the run begins.
  std::vector<std::vector<std::size_t>> devices;
  /// Consoles beside the one that measures.
  std::size_t consoles_reading = 0, consoles_slow = 0, consoles_dead = 0;
};

/// What a run found besides the tally.
struct findings {
  double sent_in_s = 0;     // from the first to the last signal
  double settled_in_s = 0;  // from the first signal to the last verdict
  histogram lateness;       // of the generator itself: intended to really sent
  std::uint64_t retransmissions = 0;
  // Of the streams that ask for more than there is room for.
  double capacity_per_s = 0;    // what the server took of them in a closed loop
  std::uint64_t held_back = 0;  // due, but the line was full
  std::uint64_t connections_lost = 0;
  std::uint64_t connections_reopened = 0;
  histogram reopening;                   // from the cut to the welcome
  std::vector<cpu_share> reopening_cpu;  // from the cut to the last welcome
  std::string first_trouble;  // why, of the first connection lost or message not understood
};

}  // namespace varde::load
