// The first profile that matches counts, also where it only says how many beats may be missed.
#include "supervision/expectation.hpp"

#include <algorithm>

namespace varde::supervision {

namespace {

using registry::v1::Policy;
using registry::v1::SupervisionProfile;

bool matches(const SupervisionProfile& profile, std::string_view kind, std::string_view protocol) {
  const auto& kinds = profile.device_kinds();
  return (kinds.empty() || std::ranges::find(kinds, kind) != kinds.end()) &&
         (profile.protocol().empty() || profile.protocol() == protocol);
}

expectation expected(std::uint32_t own_interval_s, std::string_view kind, std::string_view protocol,
                     const Policy& policy) {
  const auto first = std::ranges::find_if(
      policy.supervision(), [&](const auto& profile) { return matches(profile, kind, protocol); });
  std::uint32_t interval_s = interval_default_s;
  std::uint32_t missed_beats = missed_beats_default;
  if (first != policy.supervision().end()) {
    if (first->off()) return {};
    if (first->beat_interval_s() != 0) interval_s = first->beat_interval_s();
    if (first->missed_beats() != 0) missed_beats = first->missed_beats();
  }
  if (own_interval_s != 0) interval_s = own_interval_s;
  interval_s = std::min(interval_s, limit_s_max);
  const auto limit_s = std::uint64_t{interval_s} * missed_beats;
  return {interval_s, static_cast<std::uint32_t>(std::min<std::uint64_t>(limit_s, limit_s_max))};
}

}  // namespace

std::uint32_t expectation::grace_s() const {
  return std::min(limit_s, interval_s + (interval_s + 9) / 10);
}

std::uint32_t expectation::settle_s() const {
  constexpr std::uint32_t settle_s_max = 60;
  return std::clamp<std::uint32_t>(interval_s / 2, 1, settle_s_max);
}

expectation expected_of(const registry::device_record& device, const Policy& policy) {
  return expected(device.beat_interval_s(), device.kind(), device.protocol(), policy);
}

expectation expected_of(const registry::sensor_record& sensor,
                        const registry::device_record& gateway, const Policy& policy) {
  return expected(sensor.beat_interval_s(), sensor.kind(), gateway.protocol(), policy);
}

}  // namespace varde::supervision
