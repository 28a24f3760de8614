// The table of rights, one function an action.
#include "registry/rights.hpp"

#include <algorithm>

#include "alarm/ids.hpp"

namespace varde::registry {

namespace {

bool is(const v1::Account& account, v1::Role role) {
  return !account.disabled() && account.role() == role;
}

/// Operators serve the centre's own cases beside those of their municipalities.
bool is_operator_of(const v1::Account& account, std::string_view municipality) {
  return is(account, v1::ROLE_OPERATOR) &&
         (municipality == alarm::centre || serves(account, municipality));
}

bool is_administrator_of(const v1::Account& account, std::string_view municipality) {
  return is(account, v1::ROLE_MUNICIPALITY_ADMINISTRATOR) && serves(account, municipality);
}

bool is_responder_of(const v1::Account& account, std::string_view municipality,
                     std::string_view team) {
  return is(account, v1::ROLE_RESPONDER) && is_in_team(account, municipality, team);
}

/// Whether one of the account's teams is the municipality's.
bool has_team_in(const v1::Account& account, std::string_view municipality) {
  return std::ranges::any_of(account.teams(), [municipality](std::string_view team) {
    return team.size() > municipality.size() && team.starts_with(municipality) &&
           team[municipality.size()] == '/';
  });
}

}  // namespace

bool serves(const v1::Account& account, std::string_view municipality) {
  return std::ranges::find(account.municipalities(), municipality) !=
         account.municipalities().end();
}

bool is_in_team(const v1::Account& account, std::string_view municipality, std::string_view team) {
  // A neighbour's team that was sent has its municipality in its name.
  if (const auto slash = team.find('/'); slash != std::string_view::npos)
    return is_in_team(account, team.substr(0, slash), team.substr(slash + 1));
  return std::ranges::any_of(account.teams(), [=](std::string_view listed) {
    return listed.size() == municipality.size() + 1 + team.size() &&
           listed.starts_with(municipality) && listed[municipality.size()] == '/' &&
           listed.ends_with(team);
  });
}

bool may_see_case(const v1::Account& account, std::string_view municipality) {
  return is_operator_of(account, municipality) || is_administrator_of(account, municipality);
}

bool may_command(const v1::Account& account, std::string_view municipality, command_kind kind) {
  switch (kind) {
    case alarm::v1::Command::kClaim:
    case alarm::v1::Command::kRelease:
    case alarm::v1::Command::kTakeover:
    case alarm::v1::Command::kNote:
    case alarm::v1::Command::kTickStep:
    case alarm::v1::Command::kDispatch:
    case alarm::v1::Command::kRecall:
    case alarm::v1::Command::kClose:
    case alarm::v1::Command::kMoveToList:
    case alarm::v1::Command::kIdentifyResident:
    case alarm::v1::Command::kMarkReached:
    case alarm::v1::Command::kReleaseHold:
    case alarm::v1::Command::kRaiseSuppressed:
    case alarm::v1::Command::kStartTest:
    case alarm::v1::Command::kStopTest:
    case alarm::v1::Command::kStartAbsence:
    case alarm::v1::Command::kEndAbsence:
    case alarm::v1::Command::kMarkChecked:
      return is_operator_of(account, municipality);
    case alarm::v1::Command::kMoveVisit:
    case alarm::v1::Command::kMarkOverdue:
    case alarm::v1::Command::kAge:
    case alarm::v1::Command::kLookFor:
    case alarm::v1::Command::kEscalate:
    case alarm::v1::Command::kChangeOutage:
    case alarm::v1::Command::kCloseBySystem:
    case alarm::v1::Command::BODY_NOT_SET:
      return false;
  }
  return false;
}

bool may_take_next(const v1::Account& account) { return is(account, v1::ROLE_OPERATOR); }

bool may_see_visit(const v1::Account& account, std::string_view municipality,
                   std::string_view team) {
  return is_responder_of(account, municipality, team) || may_see_case(account, municipality);
}

bool may_move_visit(const v1::Account& account, std::string_view municipality,
                    std::string_view team) {
  return is_responder_of(account, municipality, team);
}

bool may_read_access_code(const v1::Account& account, std::string_view municipality,
                          std::string_view team) {
  return is_responder_of(account, municipality, team) || is_operator_of(account, municipality);
}

bool may_read_resident(const v1::Account& account, std::string_view municipality) {
  return is_operator_of(account, municipality) || is_administrator_of(account, municipality);
}

bool may_read_teams(const v1::Account& account, std::string_view municipality) {
  return may_read_resident(account, municipality) ||
         (is(account, v1::ROLE_RESPONDER) && has_team_in(account, municipality));
}

bool may_import(const v1::Account& account, std::string_view municipality) {
  return is_administrator_of(account, municipality) || is(account, v1::ROLE_CENTRE_ADMINISTRATOR);
}

bool may_administer_accounts(const v1::Account& account) {
  return is(account, v1::ROLE_CENTRE_ADMINISTRATOR);
}

}  // namespace varde::registry
