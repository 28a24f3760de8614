// What a ledger must never say: every rule that the checker holds a ledger to, as one value each,
// with its sentence for people and its code for programs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ledger/position.hpp"

namespace varde::ledger {

enum class breach : std::uint8_t {
  version_gap,          // a subject's entry is not the next version after its entry before
  history_parted,       // an entry was decided on another history than the one before it
  signal_twice,         // a signal is in two places
  command_twice,        // a command was carried out twice
  case_opened_twice,    // two cases have one id
  no_such_case,         // an entry is about a case that was not opened before it
  case_closed,          // what only an open case allows happened to a closed one
  case_not_closed,      // a case was opened again that was open
  two_owners,           // a case was claimed or taken over while somebody else had it
  no_owner,             // what only an owner does happened to a case that nobody had
  not_the_owner,        // somebody else did what only the owner does
  closed_under_way,     // a case was closed with a visit offered or under way
  no_such_visit,        // an entry is about a visit that was not offered before it
  visit_offered_twice,  // two visits have one id
  team_sent_twice,      // a team was sent to a case it was already sent to
  visit_accepted_twice,
  visit_out_of_order,   // a visit took a step that does not follow from its step before
  visit_of_another,     // a visit was moved by somebody else than who accepted it
  lease_elsewhere,      // a lease was taken on another subject than the one for leases
  lease_not_rising,     // a lease's token is not higher than the one before it
  not_held,             // a hold ended of a signal that did not wait
  hold_without_case,    // a hold ended without its restoral, and no case was made of it at once
  lane_fell,            // a case became less urgent than it was
  life_off_the_queue,   // a life case waits elsewhere than in the operators' queue
  personal_closed,      // time or a rule closed a case that only a person may close
  vaulted_signal_lost,  // a signal of a vault is nowhere in the ledger
  vaulted_entry_lost,   // an entry of a vault is missing, and nothing is there in its place
  unreadable_vaulted,   // a vault's record is no commit of a known format
};

/// A sentence without a full stop.
[[nodiscard]] std::string_view to_text(breach b) noexcept;
/// The enumerator's name.
[[nodiscard]] std::string_view to_code(breach b) noexcept;

struct found_breach {
  breach what;
  std::string municipality;
  position at;  // of the entry; the default for what is not in the ledger
  std::string subject;
  std::uint64_t version = 0;
  std::string detail;  // who or what, e.g. the signal's id and where it is too; may be empty
};

using breach_handler = std::function<void(const found_breach&)>;

}  // namespace varde::ledger
