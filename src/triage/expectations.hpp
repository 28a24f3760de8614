// What a municipality's rules expect to hear, and by when: movement by ten, a dose taken, a look in
// at night. Pure: which moments fall due between two times, and whom a rule watches. Whether it was
// heard is decided on the subject (LookFor).
#pragma once

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

/// Does this rule watch this resident, by residents, devices or their kinds? `device` is one that
/// stands at the resident, or nullptr; ask once for each device.
[[nodiscard]] bool concerns(const registry::v1::Rule& rule, const registry::v1::Resident& resident,
                            const registry::v1::Device* device);

}  // namespace varde::triage
