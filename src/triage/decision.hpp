// What the core decides: ledger entries to append, and what to tell whoever asked. Deciding reads
// the state and never changes it; the entries do, once they are committed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "triage/classify.hpp"
#include "varde/alarm/v1/case.pb.h"
#include "varde/alarm/v1/command.pb.h"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::triage {

/// Where and when a decision is made; goes into every entry.
struct context {
  std::string_view municipality;
  std::string_view subject;
  std::string_view node;
  base::wall_time now;
};

struct signal_decision {
  /// True for a retransmission: nothing to append, acknowledge again.
  bool repeated = false;
  std::vector<alarm::v1::Entry> entries;
  /// The case it went to; empty if it was recorded without one.
  std::string case_id;
};

/// True if an alarm of this kind would open a case, so that its response plan is needed.
[[nodiscard]] bool needs_plan(const alarm::v1::SubjectState& state, const classification& what);

/// `plan` is the response plan for `what.kind`; looked at only if needs_plan.
[[nodiscard]] signal_decision decide_signal(const alarm::v1::SubjectState& state,
                                            const alarm::v1::Signal& signal,
                                            const classification& what,
                                            const registry::v1::Policy& policy,
                                            std::span<const alarm::v1::Step> plan,
                                            const context& at);

enum class command_verdict : std::uint8_t { accepted, repeated, stale, refused, not_found };

struct command_decision {
  command_verdict verdict = command_verdict::not_found;
  /// For refused: "already_claimed", "not_owner", "closed", "not_claimed", "no_such_step",
  /// "no_such_visit", "visit_state", "not_yours", "outcome_required", "life_needs_outcome".
  std::string_view code;
  std::vector<alarm::v1::Entry> entries;
};

[[nodiscard]] command_decision decide_command(const alarm::v1::SubjectState& state,
                                              const alarm::v1::Command& command, const context& at);

/// What time alone asks for on an open case, as commands by the system: a claim whose console is
/// gone or whose owner has done nothing for too long, a visit nobody accepted, a low care case that
/// has waited. `console_gone_s` is how long no console of the owner has been seen; negative: one is
/// there.
[[nodiscard]] std::vector<alarm::v1::Command> due(const alarm::v1::Case& c,
                                                  const registry::v1::Policy& policy,
                                                  std::int64_t console_gone_s, base::wall_time now);

/// The policy's numbers with their defaults, seconds.
struct limits_of {
  explicit limits_of(const registry::v1::Policy& policy);
  std::uint32_t ageing_care_s, claim_lease_s, claim_idle_s, offer_timeout_s, answer_target_s,
      answer_limit_s, late_after_s;
};

}  // namespace varde::triage
