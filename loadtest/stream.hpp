// A stream is signals of one kind at one rate: the life alarms, the technical noise, the
// heartbeats. A run is one or several streams at the same time, each on connections of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace varde::load {

/// From this part of the run on (0…1) so much of the stream's rate.
struct profile_step {
  double from = 0;
  double share = 1;
};

enum class stream_kind : std::uint8_t {
  signals,
  heartbeats,
  silent,  // connections that only say hello
};

struct stream {
  std::string name = "signals";
  stream_kind kind = stream_kind::signals;
  // What a signal says, in SCAIP's codes; the default is a personal trigger pressed by hand.
  std::uint32_t device_type = 3;
  std::uint32_t status = 10;
  double rate_per_s = 2'000;
  bool saturate = false;  // closed loop: always `window` in flight on each connection
  std::size_t window = 16;
  /// Open loop at so many times what the server took of this stream in a closed loop right before
  /// the run (by `window`); 0: `rate_per_s` counts. What no longer fits into a connection's sockets
  /// is not sent, as with a device that finds its line full, and counted as held back.
  double times_capacity = 0;
  std::size_t connections = 500;
  std::string municipality;           // only devices of this one; empty: of all
  std::vector<profile_step> profile;  // rising `from`; empty: the same rate all the time
  /// All connections of the stream are cut at this second and opened anew at once; 0: never.
  double reconnect_at_s = 0;
};

}  // namespace varde::load
