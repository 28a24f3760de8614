// What passes between an edge thread and the core: a signal on its way in, and the verdict on its
// way back. One admission is one slot in a lane; it is moved, never copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "alarm/ids.hpp"
#include "base/time.hpp"
#include "varde/alarm/v1/signal.pb.h"

namespace varde::alarm {

/// Where the answer goes: which edge thread, and that thread's own number for the waiting request.
struct reply_address {
  /// Nobody waits for the answer, or it was given.
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  std::uint32_t edge = 0;
  std::uint64_t ticket = 0;
};

/// A signal on its way from an edge to the core.
struct admission {
  v1::Signal signal;
  municipality_id municipality;  // centre for unknown devices
  subject_id subject;
  std::string device_kind;        // of the registry; empty for unknown devices
  bool known_device = false;      // registered and installed at a resident or household
  v1::Lane lane = v1::LANE_LIFE;  // the lane it travelled in
  reply_address reply;
  base::steady_time received{};  // at the socket, for latencies
};

/// In a lane the municipalities take turns: a flood in one makes nobody wait in another.
[[nodiscard]] inline std::size_t lane_group(const admission& one) {
  return std::hash<std::string>{}(one.municipality.str());
}

enum class verdict : std::uint8_t {
  received,  // durable: the device may forget it
  busy,      // not taken; the device should send it again
  refused,   // will never be taken as it is
};

struct admission_answer {
  std::uint64_t ticket = 0;
  verdict outcome = verdict::busy;
};

/// An edge thread's mailbox for answers. Called on the core thread, at most once per batch; must
/// not block.
class answer_sink {
 public:
  virtual ~answer_sink() = default;
  virtual void deliver(std::span<const admission_answer> answers) = 0;
};

}  // namespace varde::alarm
