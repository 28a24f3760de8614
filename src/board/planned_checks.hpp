// What is planned for a resident: the looks in that the municipality's rules ask for, and how each
// stands. The rules say when; what was done is in the subject's state.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "triage/expectations.hpp"
#include "varde/alarm/v1/case.pb.h"
#include "varde/registry/v1/registry.pb.h"

namespace varde::board {

enum class check_standing : std::uint8_t {
  planned,  // doing it now would not count yet
  due,
  done,
  missed,  // its time is over: there is a case of it
  away,    // its time is over, or it is now, and the resident is registered away: nobody asks
};
/// "planned", "due", …
[[nodiscard]] std::string_view name_of(check_standing standing);

struct planned_check {
  const registry::v1::Rule* rule = nullptr;  // of the policy asked
  base::wall_time planned;                   // the time that the rule names
  base::wall_time from, until;               // done between these, it counts
  check_standing standing = check_standing::planned;
  std::int64_t done_at_us = 0;  // 0: not done
  std::string done_by;          // a person's name
};

/// How far back and ahead is told: of every night, the last and the next.
inline constexpr std::chrono::hours checks_told_back{24};
inline constexpr std::chrono::hours checks_told_ahead{48};

/// Of each check that watches the resident: the last whose time has begun and the next one, as far
/// as they are told, in order of time. `resident` is the id, `devices` are those that stand at the
/// resident.
[[nodiscard]] std::vector<planned_check> planned_checks(
    const registry::v1::Policy& policy, std::string_view resident,
    std::span<const triage::placed_device> devices, const alarm::v1::SubjectState& state,
    base::wall_time now);

}  // namespace varde::board
