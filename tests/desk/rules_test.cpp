// What rules did, as the API tells it: on the case, in its history, and in the lists that show one
// work list and not another.
#include "desk_fixture.hpp"

namespace varde::test {
namespace {

using rules = desk_fixture;

alarm::v1::RuleNote made_up_rule() {
  alarm::v1::RuleNote rule;
  rule.set_rule("door-at-night");
  rule.set_reason("Døra får tid til å lukkes");
  rule.set_policy_version(7);
  rule.set_at_us(1'000'000);
  return rule;
}

alarm::v1::Signal made_up_signal() {
  alarm::v1::Signal signal;
  signal.set_id("26001/9");
  signal.set_protocol("scaip");
  signal.set_device("26001");
  signal.set_received_at_us(1'000'000);
  return signal;
}

TEST_F(rules, stand_on_the_case_with_their_reasons) {
  start();
  auto c = made_up_case("9901");
  c.set_lane(alarm::v1::LANE_CARE);
  c.set_list(alarm::v1::WORK_LIST_LATER);
  *c.add_decisions() = made_up_rule();
  auto& step = *c.add_escalations();
  step.set_step(1);
  step.set_of("answer");
  step.set_to("team:night");
  step.set_to_name("Nattvakt");
  step.set_at_us(2'000'000);
  c.set_asks_who(true);
  c.set_cognitive_impairment(true);
  c.set_absent("sykehus");
  c.set_requeued_reason("more_severe");
  auto& outage = *c.mutable_outage();
  outage.set_parent("power:nord");
  outage.set_devices_down(500);
  outage.set_residents_reached(3);
  publish({c});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(schema.wrong("CaseAlone", r.body), std::vector<std::string>{});
  const auto told = boost::json::parse(r.body);
  EXPECT_EQ(told.at("list").as_string(), "later");
  EXPECT_EQ(told.at("decisions").at(0).at("reason").as_string(), "Døra får tid til å lukkes");
  EXPECT_EQ(told.at("decisions").at(0).at("at").as_string(), "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(told.at("escalations").at(0).at("to_name").as_string(), "Nattvakt");
  EXPECT_TRUE(told.at("asks_who").as_bool());
  EXPECT_TRUE(told.at("identified").is_null());
  EXPECT_EQ(told.at("outage").at("devices_down").as_int64(), 500);
}

TEST_F(rules, each_of_their_entries_has_its_words_in_the_history) {
  using alarm::v1::Entry;
  std::vector<Entry> entries(13);
  auto& held = *entries[0].mutable_signal_held()->mutable_held();
  *held.mutable_signal() = made_up_signal();
  held.set_kind(alarm::v1::KIND_DOOR);
  held.set_until_us(60'000'000);
  *held.mutable_by() = made_up_rule();
  auto& ended = *entries[1].mutable_hold_ended();
  ended.set_held_signal("26001/9");
  ended.set_how(alarm::v1::HOLD_END_RESTORED);
  *ended.mutable_signal() = made_up_signal();
  entries[2].mutable_test_started()->mutable_test()->add_kinds(alarm::v1::KIND_FALL);
  entries[3].mutable_test_ended()->set_expired(true);
  entries[4].mutable_absence_started()->mutable_absence()->set_reason("hospital");
  entries[5].mutable_absence_ended();
  entries[6].mutable_check_done()->set_rule("night");
  entries[7].mutable_requeued()->set_reason("more_severe");
  entries[8].mutable_escalated()->mutable_step()->set_to_name("Nattvakt");
  entries[9].mutable_moved_to_list()->set_list(alarm::v1::WORK_LIST_TECHNICIANS);
  *entries[9].mutable_moved_to_list()->mutable_by() = made_up_rule();
  entries[10].mutable_resident_identified()->set_name("Anna Solvang");
  entries[11].mutable_outage_changed()->add_joined();
  entries[12].mutable_outage_reached()->set_how("phone");
  std::uint64_t version = 0;
  for (auto& entry : entries) {
    entry.set_version(++version);
    entry.set_at_us(1'000'000);
    entry.set_case_id("9901.r-1001.1");
  }
  history = entries;
  start();
  publish({made_up_case("9901", 13)});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(schema.wrong("CaseAlone", r.body), std::vector<std::string>{});
  const auto told = boost::json::parse(r.body).at("history").as_array();
  ASSERT_EQ(told.size(), entries.size());
  EXPECT_EQ(told[0].at("by").at("rule").as_string(), "door-at-night");
  EXPECT_EQ(told[1].at("reason").as_string(), "restored");
  EXPECT_EQ(told[2].at("kinds").at(0).as_string(), "fall");
  EXPECT_EQ(told[8].at("to_name").as_string(), "Nattvakt");
  EXPECT_EQ(told[9].at("list").as_string(), "technicians");
  EXPECT_EQ(told[11].at("joined").as_int64(), 1);
}

TEST_F(rules, cases_of_every_list_are_told_unless_one_is_asked_for) {
  start();
  auto put_off = made_up_case("9901", 2);
  put_off.set_id("9901.r-1002.1");
  put_off.set_subject("r-1002");
  put_off.set_list(alarm::v1::WORK_LIST_TECHNICIANS);
  publish({made_up_case("9901"), put_off});
  const auto count = [&](const std::string& query) {
    const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases" + query));
    return boost::json::parse(r.body).at("cases").as_array().size();
  };
  EXPECT_EQ(count(""), 2u);
  EXPECT_EQ(count("?list=operators"), 1u);
  EXPECT_EQ(count("?list=technicians"), 1u);
  EXPECT_EQ(count("?list=partner"), 0u);
  EXPECT_EQ(count("?list=all"), 2u);
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/cases?list=odd")).status, 400);
}

TEST_F(rules, an_operator_moves_a_case_says_who_it_is_and_marks_who_is_reached) {
  start();
  auto set = made_up_set("9901", "Fjordvik", "Anna Solvang");
  set.add_households()->set_id("h1");
  set.mutable_residents(0)->set_household("h1");
  centre.directory.replace(std::move(set));
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return board::command_result{board::command_status::done, "", shared(made_up_case("9901", 2))};
  };
  const auto send = [&](const std::string& path, const std::string& body) {
    return centre.send(centre.as("olga", "POST", "/api/v1/cases/" + path, body));
  };
  EXPECT_EQ(
      send("9901.r-1001.1/list", R"({"version":1,"list":"later","reason":"Etter vakta"})").status,
      200);
  EXPECT_EQ(centre.gateway.commands.back().move_to_list().list(), alarm::v1::WORK_LIST_LATER);
  EXPECT_EQ(centre.gateway.commands.back().move_to_list().by().reason(), "Etter vakta");
  EXPECT_EQ(send("9901.r-1001.1/list", R"({"version":1,"list":"odd"})").status, 400);

  EXPECT_EQ(send("9901.h-h1.1/identify", R"({"version":1,"resident":"1001"})").status, 200);
  EXPECT_EQ(centre.gateway.commands.back().identify_resident().name(), "Anna Solvang");
  EXPECT_EQ(code_of(send("9901.h-h2.1/identify", R"({"version":1,"resident":"1001"})")),
            "no_such_resident");

  EXPECT_EQ(
      send("9901.outages.1/reached", R"({"version":1,"subject":"r-1001","how":"phone"})").status,
      200);
  EXPECT_EQ(centre.gateway.commands.back().subject(), "outages");
  EXPECT_EQ(centre.gateway.commands.back().mark_reached().how(), "phone");
}

}  // namespace
}  // namespace varde::test
