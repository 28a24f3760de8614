// One look-up in the registry.
#include "core/recipients.hpp"

#include <string_view>

#include "triage/escalation.hpp"

namespace varde::core {

void name_recipient(alarm::v1::Command& command, const registry::view& all) {
  if (!command.has_escalate()) return;
  std::string_view team = command.escalate().step().to();
  if (!team.starts_with(triage::to_team)) return;
  team.remove_prefix(triage::to_team.size());
  std::string_view municipality = command.municipality();
  if (const auto slash = team.find('/'); slash != std::string_view::npos) {
    municipality = team.substr(0, slash);
    team.remove_prefix(slash + 1);
  }
  const auto set = all.municipality(municipality);
  const auto* known = set ? set->team(team) : nullptr;
  if (known != nullptr) command.mutable_escalate()->mutable_step()->set_to_name(known->name());
}

}  // namespace varde::core
