// The commands and alarms that an outage asks for, in the ledger's words: who is in it, in what
// case, and why. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "alarm/admission.hpp"
#include "registry/view.hpp"
#include "triage/outage.hpp"
#include "varde/alarm/v1/command.pb.h"

namespace varde::core {

/// Begins the ids of alarms of devices that an outage left down.
inline constexpr std::string_view left_behind = "outage/";
/// The rule that a decision about an outage bears.
inline constexpr std::string_view outage_rule = "varde:outage";

/// What is known of an outage when something is told of it.
struct outage_told {
  const registry::set_view& set;
  const registry::view& all;
  std::function<triage::outage_correlator::seen_down(std::uint32_t device)> seen;
  std::string_view case_id;  // empty: it is being opened
  std::int64_t began_us = 0;
  std::uint32_t devices_down = 0;
  std::uint32_t devices_back = 0;
  std::uint32_t homes_down = 0;
  std::uint32_t residents_down = 0;
};

/// `serial` rises with each command of this node.
[[nodiscard]] alarm::v1::Command change_command(const outage_told& outage,
                                                const triage::outage_change& change,
                                                std::uint64_t serial, base::wall_time now);
/// The system's closing of a case, once for each of its versions.
[[nodiscard]] alarm::v1::Command close_command(const alarm::v1::Case& c, std::string_view cause,
                                               const registry::set_view& set,
                                               std::string_view outage, base::wall_time now);
/// nullopt if the device is no longer at anybody's home.
[[nodiscard]] std::optional<alarm::admission> alarm_left_behind(const outage_told& outage,
                                                                std::uint32_t device,
                                                                base::wall_time now);

}  // namespace varde::core
