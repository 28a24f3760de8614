// What the engine decides on: a signal, a command, a wish for the next case, what was decided while
// the ledger was away, or a lease to take; kept until it is answered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "alarm/admission.hpp"
#include "board/gateway.hpp"
#include "varde/alarm/v1/command.pb.h"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::core {

using command_answer = std::function<void(board::command_result)>;

struct command_input {
  alarm::v1::Command command;
  command_answer done;  // empty for the system's own commands
  base::steady_time received{};
  /// The wish that this claim was chosen for; if another was quicker, the next case is chosen.
  std::shared_ptr<const board::next_request> chosen_for;
};

struct next_input {
  std::shared_ptr<const board::next_request> request;
  command_answer done;
  base::steady_time received{};
};

/// Entries this node decided that are not in the ledger, whose history went on without them.
struct merge_input {
  std::string municipality;
  std::string subject;
  std::vector<alarm::v1::Entry> ours;
  base::steady_time received{};
};

/// The node that did this municipality's housekeeping is gone.
struct lease_input {
  std::string municipality;
  std::string gone;  // its holder as we know it; empty: nobody yet
  base::steady_time received{};
};

/// It stays where it lies while the input is handed on: a signal is large.
using admission_input = std::unique_ptr<alarm::admission>;

using input = std::variant<admission_input, command_input, next_input, merge_input, lease_input>;

/// nullptr if it is something else.
[[nodiscard]] inline alarm::admission* admission_in(const input& in) {
  const auto* found = std::get_if<admission_input>(&in);
  return found == nullptr ? nullptr : found->get();
}

/// A timer's command, not a person's.
[[nodiscard]] inline bool is_by_system(const input& in) {
  const auto* command = std::get_if<command_input>(&in);
  return command != nullptr && command->command.actor().kind() == alarm::v1::ACTOR_KIND_SYSTEM;
}

}  // namespace varde::core
