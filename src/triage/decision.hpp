// What the core decides: ledger entries to append, and what to tell whoever asked. Deciding reads
// the state and never changes it; the entries do, once they are committed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "triage/classify.hpp"
#include "triage/facts.hpp"
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
                                            const classification& what, const facts& about,
                                            const registry::v1::Policy& policy,
                                            std::span<const alarm::v1::Step> plan,
                                            const context& at);

enum class command_verdict : std::uint8_t { accepted, repeated, stale, refused, not_found };

struct command_decision {
  command_verdict verdict = command_verdict::not_found;
  /// For refused: "already_claimed", "not_owner", "closed", "not_claimed", "no_such_step",
  /// "no_such_visit", "visit_state", "not_yours", "outcome_required", "needs_visit"; of rules'
  /// commands "life_stays", "already_there", "already_escalated", "not_asked", "personal",
  /// "not_due", "no_such_rule", "satisfied", "too_long", "already_over", "already_open",
  /// "too_many".
  std::string_view code;
  std::vector<alarm::v1::Entry> entries;
};

/// What a command is decided on besides the subject's state, as far as it may open a case.
struct grounds {
  facts about;
  const registry::v1::Policy& policy;
  std::span<const alarm::v1::Step> plan;
  /// Where the devices of a resident's household are heard, for LookFor; nullptr: there is none.
  const alarm::v1::SubjectState* household = nullptr;
};
/// The signal that a command may make a case of, for the shell to gather the facts of its sender
/// and the plan of its kind; nullopt for all other commands.
struct signal_in_question {
  alarm::v1::Signal signal;  // empty: nothing that a device sent
  alarm::v1::Kind kind = alarm::v1::KIND_UNSPECIFIED;
};
[[nodiscard]] std::optional<signal_in_question> question_of(const alarm::v1::SubjectState& state,
                                                            const alarm::v1::Command& command,
                                                            const registry::v1::Policy& policy);

[[nodiscard]] command_decision decide_command(const alarm::v1::SubjectState& state,
                                              const alarm::v1::Command& command, const grounds& on,
                                              const context& at);

/// What time alone asks for on an open case, as commands by the system: a claim whose console is
/// gone or whose owner has done nothing for too long, a visit nobody accepted, a low care case that
/// has waited. `console_gone_s` is how long no console of the owner has been seen; negative: one is
/// there.
[[nodiscard]] std::vector<alarm::v1::Command> due(const alarm::v1::Case& c,
                                                  const registry::v1::Policy& policy,
                                                  std::int64_t console_gone_s, base::wall_time now);

/// What time alone asks of a subject, as commands by the system whose ids make each exactly once:
/// a hold, a test or an absence that has expired, a device that is no longer noisy, a restored
/// technical case that nobody took.
[[nodiscard]] std::vector<alarm::v1::Command> due_of(const alarm::v1::SubjectState& state,
                                                     const registry::v1::Policy& policy,
                                                     base::wall_time now);
/// When due_of should be asked next, which may be in the past; nullopt: not until something
/// changes.
[[nodiscard]] std::optional<base::wall_time> next_due(const alarm::v1::SubjectState& state,
                                                      const registry::v1::Policy& policy);

/// The policy's numbers with their defaults, seconds.
struct limits_of {
  explicit limits_of(const registry::v1::Policy& policy);
  std::uint32_t ageing_care_s, claim_lease_s, claim_idle_s, offer_timeout_s, answer_target_s,
      answer_limit_s, late_after_s, restated_within_s, test_default_s, test_max_s;
};

}  // namespace varde::triage
