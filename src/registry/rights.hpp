// Who may see and do what. Pure functions of the account and of what it reaches for, so that every
// row of the table is a test; the pages' API asks here before it looks anything up. A disabled
// account may nothing.
#pragma once

#include <string_view>

#include "varde/alarm/v1/command.pb.h"
#include "varde/registry/v1/account.pb.h"

namespace varde::registry {

using command_kind = alarm::v1::Command::BodyCase;

/// Operators see their municipalities' cases and the centre's own (unknown devices); a
/// municipality's administrator sees those of the municipality, and acts on none.
[[nodiscard]] bool may_see_case(const v1::Account& account, std::string_view municipality);

/// Everything an operator does to a case (claim, release, takeover, note, step, dispatch, recall,
/// close, move to a list, say who it is, mark as reached) and to a subject (release what is held,
/// raise what was suppressed, tests, absence, checks). Moving a visit is its responders' alone
/// (`may_move_visit`); what time and the devices bring about is the server's.
[[nodiscard]] bool may_command(const v1::Account& account, std::string_view municipality,
                               command_kind kind);

/// Ask for the next waiting case.
[[nodiscard]] bool may_take_next(const v1::Account& account);

/// Responders see their own teams' visits; operators, and administrators of a municipality, those
/// of their municipalities.
[[nodiscard]] bool may_see_visit(const v1::Account& account, std::string_view municipality,
                                 std::string_view team);
/// Accept, decline, en route, on site, done: responders of the team.
[[nodiscard]] bool may_move_visit(const v1::Account& account, std::string_view municipality,
                                  std::string_view team);
/// The code of the key box, for a visit of this team: its responders, and the municipality's
/// operators.
[[nodiscard]] bool may_read_access_code(const v1::Account& account, std::string_view municipality,
                                        std::string_view team);

/// The resident's card. Responders get what they need with the visit, and no card.
[[nodiscard]] bool may_read_resident(const v1::Account& account, std::string_view municipality);
/// The names of a municipality's teams.
[[nodiscard]] bool may_read_teams(const v1::Account& account, std::string_view municipality);

/// Import a municipality's set: its administrator, and the centre's.
[[nodiscard]] bool may_import(const v1::Account& account, std::string_view municipality);
/// Make, change and disable accounts, end sessions.
[[nodiscard]] bool may_administer_accounts(const v1::Account& account);

/// True if the account has the municipality in its list.
[[nodiscard]] bool serves(const v1::Account& account, std::string_view municipality);
/// True if "<municipality>/<team>" is in its list; a neighbour's `team` is such a whole name
/// itself.
[[nodiscard]] bool is_in_team(const v1::Account& account, std::string_view municipality,
                              std::string_view team);

}  // namespace varde::registry
