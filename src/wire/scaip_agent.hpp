// The centre's side of SCAIP over SIP, whole: feed it the SIP messages that arrive and the core's
// verdicts, and it says what to send and what to admit. No sockets and no clock; one per edge
// thread, used only on that thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alarm/admission.hpp"
#include "varde/alarm/v1/signal.pb.h"
#include "wire/digest.hpp"
#include "wire/error.hpp"
#include "wire/peer.hpp"
#include "wire/sip_transactions.hpp"

namespace varde::wire {

/// What the registry says of a device when it speaks. The defaults are right for an unknown one.
struct scaip_device {
  bool registered =
      false;  // if not, its answer is sent once: a forged source is not to be bombarded
  bool digest_required = false;
  std::string digest_user;   // whom the credentials must name
  std::string digest_ha1;    // lower-case hex; empty with digest_required: nobody gets in
  std::string profile;       // name; unknown or empty: the default
  std::string voice_number;  // the municipality's; empty: no voice
};
/// Called with the normalised cid, inside receive().
using scaip_lookup = std::function<scaip_device(std::string_view cid)>;

struct scaip_agent_options {
  std::string host = "varde.invalid";  // our name in From and Call-ID
  std::string user = "varde";
  /// Our address in Via, "host:port", by transport; the port must be the one devices reach.
  std::string sent_by_udp = "varde.invalid:5060";
  std::string sent_by_tcp = "varde.invalid:5060";
  std::string sent_by_tls = "varde.invalid:5061";
  /// One per process, shared by its agents; never null.
  std::shared_ptr<digest_gate> gate;
  /// Random letters and digits, one per agent: makes tags, branches and Call-IDs.
  std::string tag_seed;
  /// Answered requests remembered for their retransmissions; over it the oldest goes.
  std::size_t requests_max = 65536;
  /// Admissions waiting for a verdict; over it 503.
  std::size_t tickets_max = 16384;
  /// Our MESSAGEs waiting for their 200; over it they are sent once and not repeated.
  std::size_t sent_max = 16384;
};

/// Admit this, and call answered() with the ticket. Trace is empty: the edge gives it one.
struct admission_wish {
  std::uint64_t ticket = 0;
  alarm::v1::Signal signal;
};
/// Something worth a counter or a log line.
enum class agent_event : std::uint8_t {
  heartbeat,      // a PI was answered
  options,        // an OPTIONS was answered
  repeated,       // a retransmission was answered from its transaction, or absorbed
  challenged,     // 401: no credentials yet, or stale ones
  denied,         // 401: wrong credentials
  malformed,      // not SIP, or not an <mrq>
  refused,        // method, content type or extension that we don't take
  overloaded,     // 503: too many waiting
  mrs_delivered,  // the device answered 2xx to our <mrs>
  mrs_rejected,   // the device answered otherwise
  mrs_lost,       // the device did not answer in 32 s
  verdict_late,   // a ticket waited 60 s for its verdict and was given up
};
struct agent_note {
  agent_event what;
  std::string device;  // cid, empty where not known; from the wire, so log it with base::log_safe
  std::string detail;
};

/// What is to be done now. Reused: clear() keeps the memory.
struct agent_actions {
  std::vector<outgoing> send;
  std::vector<admission_wish> admit;
  std::vector<agent_note> notes;

  void clear() {
    send.clear();
    admit.clear();
    notes.clear();
  }
};

/// All calls append to `out`. The caller asks deadline() after each and calls tick() then.
class scaip_agent {
 public:
  scaip_agent(scaip_agent_options options, scaip_lookup lookup);
  ~scaip_agent();
  scaip_agent(scaip_agent&&) noexcept;
  scaip_agent& operator=(scaip_agent&&) noexcept;

  /// One whole SIP message: a datagram, or what sip_stream::next gave.
  void receive(const peer& source, std::string_view message, moment now, agent_actions& out);
  /// The stream failed with `why`; `header` is sip_stream::header(). Answers 400, 413 or nothing.
  /// Then close it.
  void receive_broken(const peer& source, std::string_view header, base::error_code why,
                      agent_actions& out);
  /// The core's verdict on an admission. An unknown ticket (its device gone, given up) is ignored.
  void answered(std::uint64_t ticket, alarm::verdict outcome, moment now, agent_actions& out);
  /// Retransmits and gives up what is due.
  void tick(moment now, agent_actions& out);
  /// When tick() is to be called at the latest; nullopt: nothing waits.
  [[nodiscard]] std::optional<base::steady_time> deadline() const;
  /// Admissions waiting for a verdict, for drain and metrics.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::wire
