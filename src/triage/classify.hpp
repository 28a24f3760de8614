// What a signal is: its kind, its lane and why. A pure function of the signal's codes, the
// catalogue's device kind and the municipality's policy; load never enters into it. What the tables
// don't know fails open: it is treated as the more urgent of what it could be.
#pragma once

#include <string>
#include <string_view>

#include "varde/alarm/v1/signal.pb.h"
#include "varde/registry/v1/registry.pb.h"

namespace varde::triage {

struct classification {
  alarm::v1::Kind kind = alarm::v1::KIND_SAFETY_ALARM;
  alarm::v1::Lane lane = alarm::v1::LANE_LIFE;
  /// Within care: after the other care cases, until it has aged.
  bool low = false;
  /// What to do with it: INTENT_ALARM, INTENT_RESET or INTENT_INFORMATION.
  alarm::v1::Intent intent = alarm::v1::INTENT_ALARM;
  /// Why this priority: "device:<type>", "status:<code>", "policy:<the municipality's words>",
  /// "unknown_device".
  std::string reason;
};

/// Codes are SCAIP's (protocols.md); rules of `policy` come before the built-in tables, the first
/// that matches wins. A policy can't touch a technical signal's kind, so it never joins a personal
/// case.
[[nodiscard]] classification classify(const alarm::v1::Signal& signal, std::string_view device_kind,
                                      const registry::v1::Policy& policy);

/// A signal from a device that nobody has registered or that belongs to nobody: care, never thrown
/// away.
[[nodiscard]] classification classify_unknown();

/// The lane in which a signal travels to the core, decided on the edge thread without a policy.
/// Never less urgent than the built-in table says.
[[nodiscard]] alarm::v1::Lane travel_lane(const alarm::v1::Signal& signal, bool known_device);

}  // namespace varde::triage
