// Commands on a case that rules and time give as well as people: to another list, who it is,
// and the end of what ended by itself. Internal to triage.
#pragma once

#include "triage/decision.hpp"

namespace varde::triage {

/// "life_stays", "already_there", "already_claimed" (only its owner moves what somebody has).
[[nodiscard]] command_decision move_to_list(const alarm::v1::Case& c,
                                            const alarm::v1::Command& command,
                                            alarm::v1::Entry entry);
/// "not_asked", "not_owner".
[[nodiscard]] command_decision identify(const alarm::v1::Case& c, const alarm::v1::Command& command,
                                        alarm::v1::Entry entry);
/// "not_the_system", "already_claimed", "personal", "visit_under_way".
[[nodiscard]] command_decision close_by_system(const alarm::v1::Case& c,
                                               const alarm::v1::Command& command,
                                               alarm::v1::Entry entry);
/// No answer is never "OK" where it may mean nothing: somebody must have met the person.
[[nodiscard]] bool needs_visit(const alarm::v1::Case& c, const alarm::v1::Outcome& outcome);

}  // namespace varde::triage
