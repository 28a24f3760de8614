// The table of rights: every role against every action, in its own place and in somebody else's.
#include "registry/rights.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

namespace varde::registry {
namespace {

using command = alarm::v1::Command;

v1::Account account_of(v1::Role role) {
  v1::Account account;
  account.set_user("somebody");
  account.set_role(role);
  if (role == v1::ROLE_OPERATOR || role == v1::ROLE_MUNICIPALITY_ADMINISTRATOR)
    account.add_municipalities("9901");
  if (role == v1::ROLE_RESPONDER) account.add_teams("9901/day");
  return account;
}

struct action {
  const char* name;
  std::function<bool(const v1::Account&, std::string_view municipality)> may;
  // operator, responder, municipality's administrator, centre's administrator
  std::array<bool, 4> at_home;
  std::array<bool, 4> elsewhere;
  std::array<bool, 4> centre;
};

action command_row(const char* name, command_kind kind, bool operators) {
  return {name,
          [kind](const auto& account, auto municipality) {
            return may_command(account, municipality, kind);
          },
          {operators, false, false, false},
          {false, false, false, false},
          {operators, false, false, false}};
}

const std::vector<action>& table() {
  static const std::vector<action> rows{
      {"see case",
       [](const auto& a, auto m) { return may_see_case(a, m); },
       {true, false, true, false},
       {false, false, false, false},
       {true, false, false, false}},
      command_row("claim", command::kClaim, true),
      command_row("release", command::kRelease, true),
      command_row("takeover", command::kTakeover, true),
      command_row("note", command::kNote, true),
      command_row("step", command::kTickStep, true),
      command_row("dispatch", command::kDispatch, true),
      command_row("recall", command::kRecall, true),
      command_row("close", command::kClose, true),
      command_row("move to list", command::kMoveToList, true),
      command_row("identify", command::kIdentifyResident, true),
      command_row("reached", command::kMarkReached, true),
      command_row("release hold", command::kReleaseHold, true),
      command_row("raise suppressed", command::kRaiseSuppressed, true),
      command_row("start test", command::kStartTest, true),
      command_row("stop test", command::kStopTest, true),
      command_row("start absence", command::kStartAbsence, true),
      command_row("end absence", command::kEndAbsence, true),
      command_row("checked", command::kMarkChecked, true),
      command_row("look for", command::kLookFor, false),
      command_row("escalate", command::kEscalate, false),
      command_row("change outage", command::kChangeOutage, false),
      command_row("close by system", command::kCloseBySystem, false),
      command_row("move visit", command::kMoveVisit, false),
      command_row("mark overdue", command::kMarkOverdue, false),
      command_row("age", command::kAge, false),
      command_row("no command", command::BODY_NOT_SET, false),
      {"see visit",
       [](const auto& a, auto m) { return may_see_visit(a, m, "day"); },
       {true, true, true, false},
       {false, false, false, false},
       {true, false, false, false}},
      {"see another team's visit",
       [](const auto& a, auto m) { return may_see_visit(a, m, "night"); },
       {true, false, true, false},
       {false, false, false, false},
       {true, false, false, false}},
      {"move visit of own team",
       [](const auto& a, auto m) { return may_move_visit(a, m, "day"); },
       {false, true, false, false},
       {false, false, false, false},
       {false, false, false, false}},
      {"move another team's visit",
       [](const auto& a, auto m) { return may_move_visit(a, m, "night"); },
       {false, false, false, false},
       {false, false, false, false},
       {false, false, false, false}},
      {"read access code",
       [](const auto& a, auto m) { return may_read_access_code(a, m, "day"); },
       {true, true, false, false},
       {false, false, false, false},
       {true, false, false, false}},
      {"read another team's access code",
       [](const auto& a, auto m) { return may_read_access_code(a, m, "night"); },
       {true, false, false, false},
       {false, false, false, false},
       {true, false, false, false}},
      {"read resident",
       [](const auto& a, auto m) { return may_read_resident(a, m); },
       {true, false, true, false},
       {false, false, false, false},
       {true, false, false, false}},
      {"read teams",
       [](const auto& a, auto m) { return may_read_teams(a, m); },
       {true, true, true, false},
       {false, false, false, false},
       {true, false, false, false}},
      {"import",
       [](const auto& a, auto m) { return may_import(a, m); },
       {false, false, true, true},
       {false, false, false, true},
       {false, false, false, true}},
      {"take next",
       [](const auto& a, auto) { return may_take_next(a); },
       {true, false, false, false},
       {true, false, false, false},
       {true, false, false, false}},
      {"administer accounts",
       [](const auto& a, auto) { return may_administer_accounts(a); },
       {false, false, false, true},
       {false, false, false, true},
       {false, false, false, true}},
  };
  return rows;
}

constexpr std::array roles{v1::ROLE_OPERATOR, v1::ROLE_RESPONDER,
                           v1::ROLE_MUNICIPALITY_ADMINISTRATOR, v1::ROLE_CENTRE_ADMINISTRATOR};

TEST(rights, every_role_may_do_what_the_table_says_and_no_more) {
  for (const auto& row : table())
    for (std::size_t i = 0; i < roles.size(); ++i) {
      const auto account = account_of(roles[i]);
      EXPECT_EQ(row.may(account, "9901"), row.at_home[i])
          << row.name << " at home, role " << roles[i];
      EXPECT_EQ(row.may(account, "9902"), row.elsewhere[i])
          << row.name << " elsewhere, role " << roles[i];
      EXPECT_EQ(row.may(account, "centre"), row.centre[i])
          << row.name << " in the centre, role " << roles[i];
    }
}

TEST(rights, a_disabled_account_and_one_without_a_role_may_nothing) {
  for (const auto& row : table())
    for (const auto* municipality : {"9901", "9902", "centre", ""}) {
      for (const auto role : roles) {
        auto disabled = account_of(role);
        disabled.set_disabled(true);
        EXPECT_FALSE(row.may(disabled, municipality)) << row.name;
      }
      EXPECT_FALSE(row.may(v1::Account{}, municipality)) << row.name;
    }
}

TEST(rights, a_neighbours_team_that_was_sent_may_do_its_visit_and_no_other) {
  v1::Account account;
  account.set_role(v1::ROLE_RESPONDER);
  account.add_teams("9902/night");
  EXPECT_TRUE(may_move_visit(account, "9901", "9902/night"));
  EXPECT_FALSE(may_move_visit(account, "9901", "night"));
  EXPECT_FALSE(may_move_visit(account, "9902", "9901/night"));
}

TEST(rights, a_team_is_matched_whole) {
  v1::Account account;
  account.set_role(v1::ROLE_RESPONDER);
  account.add_teams("9901/day");
  EXPECT_FALSE(may_see_visit(account, "9901", "da"));
  EXPECT_FALSE(may_see_visit(account, "9901", "ay"));
  EXPECT_FALSE(may_see_visit(account, "990", "1/day"));
  EXPECT_FALSE(may_see_visit(account, "9901/day", ""));
  EXPECT_FALSE(may_see_visit(account, "9901", ""));
  EXPECT_FALSE(may_read_teams(account, "990"));
  EXPECT_FALSE(may_read_teams(account, ""));
}

}  // namespace
}  // namespace varde::registry
