// Who a step of an escalation goes to, by name: the core knows teams by their ids alone.
#pragma once

#include "registry/view.hpp"
#include "varde/alarm/v1/command.pb.h"

namespace varde::core {

/// Fills in the team's name if the command is a step that goes to a team, of its own municipality
/// or of a neighbour's; leaves every other command as it is.
void name_recipient(alarm::v1::Command& command, const registry::view& all);

}  // namespace varde::core
