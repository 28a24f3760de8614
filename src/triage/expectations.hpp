// What a municipality's rules expect to hear, and by when: movement by ten, a dose taken, a look in
// at night. Pure: which moments fall due between two times, and whom a rule watches. Whether it was
// heard is decided on the subject (LookFor).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::triage {

/// A rule's moment of truth: it must have been heard of at or after `from`; asked at `due`.
struct moment {
  const registry::v1::Rule* rule = nullptr;  // of the policy asked
  base::wall_time from;
  base::wall_time due;
  base::wall_time planned{};  // of a check: the time of day that the rule names
};

/// The moments with after < due ≤ upto of the policy's absence and check rules, in order of `due`.
/// Rules that are switched off or whose times can't be read have none. An interval longer than
/// `moments_span_max` is looked at only that far back: what is older helps nobody any more.
inline constexpr std::chrono::hours moments_span_max{48};
[[nodiscard]] std::vector<moment> moments_between(const registry::v1::Policy& policy,
                                                  base::wall_time after, base::wall_time upto);

/// A device that stands at a resident, by what rules name of it.
struct placed_device {
  std::string_view id;
  std::vector<std::string_view> kinds;  // its own and its sensors'
};
/// Does this rule watch the resident of that id, by residents, by one of the devices or its kinds?
[[nodiscard]] bool watches(const registry::v1::Rule& rule, std::string_view resident,
                           std::span<const placed_device> devices);

}  // namespace varde::triage
