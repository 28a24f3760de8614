// What the edge can be told: where to listen, with which certificates, and every bound. Plain
// values, checked by the configuration before they get here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "varde/alarm/v1/signal.pb.h"

namespace varde::supervision {
class seen_table;
}

namespace varde::edge {

/// HOST:PORT each, "[::1]:5061" for IPv6, port 0 for any free one, empty for off.
struct addresses {
  std::string scaip_udp;
  std::string scaip_tcp;
  std::string scaip_tls;
  std::string native_tls;
};

/// Bounds are per edge thread unless they say otherwise.
struct limits {
  /// One more is closed at once.
  std::size_t connections_max = 50'000;
  /// Connections in their handshake, 40 KB each. While there are so many, new peers wait in the
  /// kernel; when the oldest has had five seconds, it is ended for another. A slow network after an
  /// outage must not look like somebody who keeps a place for nothing.
  std::size_t handshakes_max = 4'000;
  /// Connections behind it that no registered device has identified itself on; one more ends the
  /// oldest of them.
  std::size_t unidentified_max = 4'000;
  /// TLS handshake, from its first turn.
  std::chrono::milliseconds handshake_max{10'000};
  /// From the first byte of a message to its last: ends a peer that drips.
  std::chrono::milliseconds message_max{10'000};
  /// A peer that takes nothing of what we have to send for this long is cut off.
  std::chrono::milliseconds write_stall_max{10'000};
  /// Silence on an open stream connection of a SIP device.
  std::chrono::milliseconds sip_idle_max{15 * 60'000};
  /// Answers that wait to be sent on one connection before we stop reading from it.
  std::size_t outgoing_bytes_max = 64 * 1024;
  /// Signals that wait for the core's answer. A quarter is kept for life.
  std::size_t waiting_max = 65'536;
  /// A signal the core has not answered by then is answered "busy".
  std::chrono::milliseconds answer_max{30'000};
  /// Native: signals of one connection that may be unacknowledged at once.
  std::uint32_t native_window = 256;
  /// Native: told to the device; silence for three of these ends the connection.
  std::chrono::seconds heartbeat_interval{60};
  /// Signals of unregistered devices: a source address may send so many at once…
  double unknown_burst = 20;
  /// …and so many a minute in the long run. More are answered "busy".
  double unknown_per_minute = 30;
  /// stop() waits so long for outstanding acknowledgements.
  std::chrono::milliseconds drain_max{5'000};
};

struct options {
  addresses listen;
  std::string certificate_file;  // PEM, for both TLS listeners
  std::string key_file;          // PEM
  std::string
      client_authority_file;        // PEM; empty: native devices identify themselves by secret only
  unsigned threads = 1;             // 1…64
  std::string sip_realm = "varde";  // of the digest challenge; part of each device's digest_ha1
  std::string sip_host;  // our name or address as devices reach it; empty: the address listened on
  /// Which lane a signal travels in; `known_device`: registered, installed and at somebody's home.
  /// Pure; called on edge threads.
  std::function<alarm::v1::Lane(const alarm::v1::Signal&, bool known_device)> travel_lane;
  /// Where signs of life are marked; outlives the edge. Null: nowhere.
  supervision::seen_table* seen = nullptr;
  edge::limits limits;
};

}  // namespace varde::edge
