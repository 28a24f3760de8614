// What the engine decides on: a signal, a command, or a wish for the next case; kept until it is
// answered.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "alarm/admission.hpp"
#include "board/gateway.hpp"
#include "varde/alarm/v1/command.pb.h"

namespace varde::core {

using command_answer = std::function<void(board::command_result)>;

struct command_input {
  alarm::v1::Command command;
  command_answer done;  // empty for the system's own commands
  base::steady_time received{};
  bool taking_next = false;  // claim chosen by the engine for take_next
};

struct next_input {
  board::next_request request;
  command_answer done;
  base::steady_time received{};
};

using input = std::variant<alarm::admission, command_input, next_input>;

}  // namespace varde::core
