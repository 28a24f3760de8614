// The fold: what a subject's state is after one more entry. Every view of a subject (the core's,
// the console's, a look back in the ledger) comes from this one function, so they can't disagree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "varde/alarm/v1/case.pb.h"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::alarm {

/// Distinct alarms listed on a case; further signals are counted and stay in the ledger.
inline constexpr int alarms_per_case_max = 64;
/// Signal ids remembered per subject for duplicate detection, the newest.
inline constexpr int seen_signals_max = 256;
/// Command ids remembered per subject, the newest.
inline constexpr int seen_commands_max = 64;
/// Closed cases kept in a subject's state; older ones are read from the ledger.
inline constexpr int closed_cases_kept_max = 4;
/// Opening times remembered for "repeats in 24 h".
inline constexpr int recent_openings_max = 64;

/// What rules kept from being cases, the newest; more are in the ledger.
inline constexpr int suppressed_max = 32;
/// Signals of the last 24 h remembered for windows and rates, the newest. A rule that counts more
/// never sees enough, and keeps nothing back.
inline constexpr int recent_max = 128;
/// Devices of one subject whose last test is remembered.
inline constexpr int tested_devices_max = 64;
/// Rules whose last satisfaction is remembered.
inline constexpr int expected_max = 64;
/// Rules' decisions and steps of escalation listed on a case.
inline constexpr int decisions_max = 16;
inline constexpr int escalations_max = 32;

/// Deeds of an outage listed on a case; more are in the ledger.
inline constexpr int outage_deeds_max = 16;

/// Applies `entry` to `state`. Requires entry.version() == state.version() + 1; anything else is
/// left alone and returns false, which makes replays over a newer snapshot harmless.
bool apply(v1::SubjectState& state, const v1::Entry& entry);
/// True if `entry` is the next version after `state` and was decided on the same history. The
/// ledger's order counts even where this is false; a state in memory is then read anew.
[[nodiscard]] bool follows(const v1::SubjectState& state, const v1::Entry& entry);
/// The subject's tip once `entry` is its newest: a digest of what identifies the entry and, by its
/// `previous`, of everything before it. Never 0.
[[nodiscard]] std::uint64_t tip_after(const v1::Entry& entry);
/// The signal in an entry, or nullptr if it carries none.
[[nodiscard]] const v1::Signal* signal_of(const v1::Entry& entry);
/// The name of what an entry says, as histories show it: "case_opened", "claimed", …
[[nodiscard]] std::string_view name_of(v1::Entry::BodyCase body);

/// nullptr if the subject has no such case in memory.
[[nodiscard]] const v1::Case* find_case(const v1::SubjectState& state, std::string_view id);
[[nodiscard]] v1::Case* find_case(v1::SubjectState& state, std::string_view id);
[[nodiscard]] const v1::Visit* find_visit(const v1::Case& c, std::string_view id);

}  // namespace varde::alarm
