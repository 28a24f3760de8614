// Escalation: a case that nobody answers, or a visit that nobody accepts, goes on to the next who
// can help, step by step, as the municipality's policy says. What is due follows from the case
// alone, so it survives restarts and failovers; each step is a command whose id is made of what it
// escalates, so it is carried out exactly once on whichever node it falls due.
#pragma once

#include <optional>
#include <string_view>

#include "triage/decision.hpp"

namespace varde::triage {

/// EscalationDone.of of a case that is not answered; else it is the id of the visit that was
/// offered first.
inline constexpr std::string_view of_answer = "answer";
/// EscalationDone.to of a team: this and its id, or "<municipality>/<id>" of a neighbour's.
inline constexpr std::string_view to_team = "team:";
/// Where the policy has no chain for visits, all operators hear of one that nobody has accepted
/// after so many times the offer's timeout.
inline constexpr std::uint32_t offer_timeouts_until_operators = 2;

/// The next step that has fallen due on the case, as a command by the system; nullopt if none has.
/// A case waits for an answer since it was queued, or since a person last did something with it.
/// Technical cases, low care ones that have not aged, and those on other lists than the operators'
/// are nobody's to answer at once and are not escalated.
[[nodiscard]] std::optional<alarm::v1::Command> escalation_due(const alarm::v1::Case& c,
                                                               const registry::v1::Policy& policy,
                                                               base::wall_time now);

/// Carries a step out: the entry that tells of it and, if it names a team, in the same commit the
/// end of the visit that nobody accepted and the offer to that team. Refuses with
/// "already_escalated", "already_claimed", "visit_state".
[[nodiscard]] command_decision escalate(const alarm::v1::SubjectState& state,
                                        const alarm::v1::Case& c, const alarm::v1::Command& command,
                                        const registry::v1::Policy& policy, const context& at);

}  // namespace varde::triage
