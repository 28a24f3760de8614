// The operators' load: how it is shared out, when it is a flood, what waits elsewhere meanwhile and
// comes back, and that life never moves.
#include "desk/load_reckoning.hpp"
#include "desk_fixture.hpp"

namespace varde::test {
namespace {

using desk::load_reckoning;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t noon_us = 1'700'000'000'000'000;

alarm::v1::Case care_case(const std::string& municipality, int number, std::int64_t opened_us) {
  alarm::v1::Case c;
  c.set_id(municipality + ".r-" + std::to_string(number) + ".1");
  c.set_municipality(municipality);
  c.set_subject("r-" + std::to_string(number));
  c.set_version(1);
  c.set_lane(alarm::v1::LANE_CARE);
  c.set_state(alarm::v1::CASE_STATE_OPEN);
  c.set_kind(alarm::v1::KIND_DOOR);
  c.set_opened_at_us(opened_us);
  c.set_queued_at_us(opened_us);
  return c;
}

TEST(reckoning, shares_each_municipalitys_cases_among_those_who_serve_it) {
  load_reckoning load;
  for (int i = 0; i < 8; ++i) load.take(care_case("north", i, noon_us));
  for (int i = 0; i < 2; ++i) load.take(care_case("south", i, noon_us));
  const std::vector<load_reckoning::municipality> all{{"north"}, {"south"}};
  load.reckon(noon_us, all, {{"north", "south"}, {"north"}});
  EXPECT_EQ(load.centre().cases, 10u);
  EXPECT_DOUBLE_EQ(load.centre().per_operator, 5);
  // The first gets half of the north and all of the south, the second half of the north.
  EXPECT_DOUBLE_EQ(load.municipalities().at("south").per_operator, 6);
  EXPECT_DOUBLE_EQ(load.municipalities().at("north").per_operator, 5);
  EXPECT_EQ(load.municipalities().at("north").operators, 2u);
}

TEST(reckoning, a_flood_begins_at_ten_each_and_ends_below_five) {
  load_reckoning load;
  const std::vector<load_reckoning::municipality> all{{"north"}};
  const auto is_flood = [&](std::int64_t now_us) {
    load.reckon(now_us, all, {{"north"}});
    EXPECT_EQ(load.centre().flood, load.municipalities().at("north").flood);
    return load.centre().flood;
  };
  for (int i = 0; i < 9; ++i) load.take(care_case("north", i, noon_us + i * minute_us / 2));
  EXPECT_FALSE(is_flood(noon_us + 5 * minute_us));
  load.take(care_case("north", 9, noon_us + 5 * minute_us));
  load.take(care_case("north", 9, noon_us + 5 * minute_us));  // the same once more
  EXPECT_TRUE(is_flood(noon_us + 5 * minute_us));
  EXPECT_TRUE(is_flood(noon_us + 12 * minute_us));   // five are left
  EXPECT_FALSE(is_flood(noon_us + 13 * minute_us));  // fewer
}

TEST(reckoning, a_node_that_finds_cases_put_off_knows_that_it_is_a_flood) {
  load_reckoning load;
  for (int i = 0; i < 7; ++i) load.take(care_case("north", i, noon_us));
  load.reckon(noon_us, {{"north", 10, true}}, {{"north"}});
  EXPECT_TRUE(load.municipalities().at("north").flood);
  load.reckon(noon_us, {{"north", 20, true}}, {{"north"}});
  EXPECT_FALSE(load.municipalities().at("north").flood);
}

TEST(reckoning, what_an_outage_explains_is_one_case_of_load) {
  load_reckoning load;
  const std::vector<load_reckoning::municipality> all{{"north"}};
  for (int i = 0; i < 12; ++i) load.take(care_case("north", i, noon_us));
  for (int i = 0; i < 11; ++i) {
    auto explained = care_case("north", i, noon_us);
    explained.set_state(alarm::v1::CASE_STATE_CLOSED);
    explained.mutable_outcome()->set_cause("part_of_outage");
    load.take(explained);
  }
  load.reckon(noon_us, all, {{"north"}});
  EXPECT_EQ(load.centre().cases, 1u);
  EXPECT_FALSE(load.centre().flood);
}

TEST(reckoning, what_never_came_to_the_operators_is_no_load) {
  load_reckoning load;
  auto technicians = care_case("north", 1, noon_us);
  technicians.set_list(alarm::v1::WORK_LIST_TECHNICIANS);
  load.take(technicians);
  auto put_off = care_case("north", 2, noon_us);
  put_off.set_list(alarm::v1::WORK_LIST_LATER);
  put_off.add_decisions()->set_rule(std::string{desk::flood_rule});
  load.take(put_off);
  load.reckon(noon_us, {{"north"}}, {{"north"}});
  EXPECT_EQ(load.centre().cases, 1u);
}

class shedding : public desk_fixture {
 protected:
  void flood_fjordvik() {
    auto set = made_up_set("9901", "Fjordvik", "Anna Solvang");
    set.mutable_policy()->mutable_load()->set_shed_to(alarm::v1::WORK_LIST_PARTNER);
    set.mutable_policy()->mutable_load()->set_partner("Sentralen i Nord");
    centre.directory.replace(std::move(set));
    start();
    const auto now = base::to_us(base::wall_now());
    std::vector<alarm::v1::Case> cases;
    for (int i = 0; i < 40; ++i) cases.push_back(care_case("9901", i, now));
    cases[0].set_lane(alarm::v1::LANE_LIFE);
    cases[1].set_low(true);
    cases[2].set_lane(alarm::v1::LANE_TECHNICAL);
    cases[3].set_lane(alarm::v1::LANE_TECHNICAL);
    cases[3].set_state(alarm::v1::CASE_STATE_CLAIMED);
    cases[4].set_lane(alarm::v1::LANE_TECHNICAL);
    cases[4].add_decisions()->set_rule(std::string{desk::by_hand_rule});
    publish(cases);
    load_now();
  }
  /// Asking makes the server reckon.
  boost::json::value load_now() {
    const auto r = centre.send(centre.as("olga", "GET", "/api/v1/load"));
    EXPECT_EQ(schema.wrong("Load", r.body), std::vector<std::string>{});
    return boost::json::parse(r.body);
  }
  std::map<std::string, alarm::v1::Command> moved() {
    std::map<std::string, alarm::v1::Command> out;
    const std::lock_guard lock{centre.gateway.mutex};
    for (const auto& command : centre.gateway.commands) out[command.id()] = command;
    return out;
  }
};

TEST_F(shedding, moves_what_can_wait_once_and_never_life) {
  flood_fjordvik();
  const auto told = load_now().at("municipalities").at(0);
  EXPECT_TRUE(told.at("flood").as_bool());
  EXPECT_EQ(told.at("partner").as_string(), "Sentralen i Nord");
  std::set<std::string> cases;
  for (const auto& [id, command] : moved()) {
    EXPECT_LE(id.size(), 64u);
    EXPECT_EQ(command.move_to_list().list(), alarm::v1::WORK_LIST_PARTNER);
    EXPECT_EQ(command.move_to_list().by().rule(), desk::flood_rule);
    EXPECT_EQ(command.move_to_list().by().reason(), "Sentralen i Nord");
    EXPECT_EQ(command.actor().kind(), alarm::v1::ACTOR_KIND_SYSTEM);
    EXPECT_EQ(command.seen_version(), 1u);
    cases.insert(command.case_id());
  }
  EXPECT_EQ(cases, (std::set<std::string>{"9901.r-1.1", "9901.r-2.1"}));
  EXPECT_EQ(moved().size(), 2u) << "asked for again, but with the same id";
}

TEST_F(shedding, brings_back_what_it_moved_when_the_flood_is_over) {
  start();
  auto put_off = care_case("9901", 1, noon_us);
  put_off.set_low(true);
  put_off.set_list(alarm::v1::WORK_LIST_LATER);
  put_off.add_decisions()->set_rule(std::string{desk::flood_rule});
  auto by_hand = care_case("9901", 2, noon_us);
  by_hand.set_low(true);
  by_hand.set_list(alarm::v1::WORK_LIST_LATER);
  by_hand.add_decisions()->set_rule(std::string{desk::by_hand_rule});
  publish({put_off, by_hand});
  load_now();
  const auto commands = moved();
  ASSERT_EQ(commands.size(), 1u);
  const auto& back = commands.begin()->second;
  EXPECT_EQ(back.case_id(), put_off.id());
  EXPECT_EQ(back.move_to_list().list(), alarm::v1::WORK_LIST_OPERATORS);
  EXPECT_EQ(back.move_to_list().by().rule(), desk::flood_over_rule);
}

TEST_F(shedding, is_told_to_those_who_serve_the_municipality_only) {
  flood_fjordvik();
  const auto others = centre.send(centre.as("odd", "GET", "/api/v1/load"));
  EXPECT_EQ(others.body.find("Fjordvik"), std::string::npos);
  EXPECT_NE(others.body.find("Nordmark"), std::string::npos);
  EXPECT_NE(centre.metrics.render().find("varde_load_flood{municipality=\"9901\"} 1"),
            std::string::npos);
}

}  // namespace
}  // namespace varde::test
