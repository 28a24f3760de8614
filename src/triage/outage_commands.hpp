// Commands about outages, which all live on the subject "outages" of their municipality. Which
// devices are out together is found elsewhere; here it becomes a case. Internal to triage.
#pragma once

#include "triage/decision.hpp"

namespace varde::triage {

/// Devices that one change may name; more come in further changes.
inline constexpr int outage_change_max = 500;

/// Refused with "already_open" if the parent has an open outage case, "too_many" beyond the bound.
[[nodiscard]] command_decision open_outage(const alarm::v1::SubjectState& state,
                                           const alarm::v1::Command& command, const grounds& on,
                                           const context& at);
[[nodiscard]] command_decision change_outage(const alarm::v1::SubjectState& state,
                                             const alarm::v1::Case& c,
                                             const alarm::v1::Command& command, const context& at);
/// Somebody was in touch with a resident in the outage: "no_such_resident" if she is not in it.
[[nodiscard]] command_decision mark_reached(const alarm::v1::SubjectState& state,
                                            const alarm::v1::Case& c,
                                            const alarm::v1::Command& command, const context& at);

}  // namespace varde::triage
