// What waits at a subject and what was suppressed there: shown to its own people only, and
// overruled by commands that carry who did it.
#include <map>

#include "desk_fixture.hpp"

namespace varde::test {
namespace {

using subjects = desk_fixture;
using board::command_result;
using board::command_status;

std::shared_ptr<alarm::v1::SubjectState> made_up_state(const std::string& municipality) {
  auto state = std::make_shared<alarm::v1::SubjectState>();
  state->set_municipality(municipality);
  state->set_subject("r-1001");
  auto& held = *state->add_held();
  held.mutable_signal()->set_id("26001/9");
  held.mutable_signal()->set_device("26001");
  held.mutable_signal()->set_received_at_us(1'000'000);
  held.set_kind(alarm::v1::KIND_DOOR);
  held.set_lane(alarm::v1::LANE_CARE);
  held.set_until_us(61'000'000);
  held.mutable_by()->set_rule("door-at-night");
  held.mutable_by()->set_reason("Døra får tid til å lukkes");
  auto& suppressed = *state->add_suppressed();
  *suppressed.mutable_signal() = held.signal();
  suppressed.set_kind(alarm::v1::KIND_BED);
  suppressed.set_lane(alarm::v1::LANE_CARE);
  suppressed.mutable_by()->set_rule("pilot-bed");
  auto& test = *state->add_tests();
  test.set_device("26001");
  test.set_since_us(1'000'000);
  test.set_until_us(2'000'000);
  test.set_by("Kari");
  state->mutable_absence()->set_reason("hospital");
  state->add_expected()->set_rule("night-check");
  return state;
}

TEST_F(subjects, held_signals_of_ones_own_municipalities_are_one_list_with_their_reasons) {
  start();
  centre.gateway.subjects[{"9901", "r-1001"}] = made_up_state("9901");
  centre.gateway.subjects[{"9902", "r-1001"}] = made_up_state("9902");
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/held"));
  EXPECT_EQ(schema.wrong("HeldList", r.body), std::vector<std::string>{});
  const auto told = boost::json::parse(r.body).at("held").as_array();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].at("id").as_string(), "9901.r-1001");
  EXPECT_EQ(told[0].at("subject").at("name").as_string(), "Anna Solvang");
  EXPECT_EQ(told[0].at("held").at("by").at("reason").as_string(), "Døra får tid til å lukkes");
  EXPECT_EQ(told[0].at("held").at("until").as_string(), "1970-01-01T00:01:01.000Z");
  EXPECT_TRUE(centre.was_audited("9901", "olga", "list_held", "done"));
}

TEST_F(subjects, one_is_shown_with_all_that_waits_there) {
  start();
  centre.gateway.subjects[{"9901", "r-1001"}] = made_up_state("9901");
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/subjects/9901.r-1001"));
  EXPECT_EQ(schema.wrong("SubjectState", r.body), std::vector<std::string>{});
  const auto told = boost::json::parse(r.body);
  EXPECT_EQ(told.at("suppressed").at(0).at("by").at("rule").as_string(), "pilot-bed");
  EXPECT_EQ(told.at("tests").at(0).at("by").as_string(), "Kari");
  EXPECT_EQ(told.at("absence").at("reason").as_string(), "hospital");
  EXPECT_TRUE(centre.was_audited("9901", "olga", "read_subject", "done"));
  for (const auto* nobody : {"9901.r-77", "9901.h-77", "9901", "9901.", ".r-1001", "9901.a.b"})
    EXPECT_EQ(
        centre.send(centre.as("olga", "GET", std::string{"/api/v1/subjects/"} + nobody)).status,
        404)
        << nobody;
}

TEST_F(subjects, what_rules_held_or_suppressed_an_operator_raises) {
  start();
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return command_result{command_status::done, "", nullptr};
  };
  const auto send = [&](const std::string& verb, const std::string& path, const std::string& body) {
    const auto r =
        centre.send(centre.as("olga", verb, "/api/v1/subjects/9901.r-1001" + path, body));
    EXPECT_EQ(r.status, 200) << path << r.body;
    EXPECT_EQ(schema.wrong("SubjectState", r.body), std::vector<std::string>{}) << path;
    return centre.gateway.commands.back();
  };
  const auto released = send("POST", "/held/26001%2F9/release", "");
  EXPECT_EQ(released.release_hold().signal(), "26001/9");
  EXPECT_EQ(released.subject(), "r-1001");
  EXPECT_EQ(released.case_id(), "");
  EXPECT_EQ(released.actor().user(), "olga");
  EXPECT_EQ(send("POST", "/suppressed/26001%2F9/raise", "").raise_suppressed().signal(), "26001/9");
  const auto away =
      send("POST", "/absence", R"({"reason":"hospital","until":"2096-01-02T03:04:05Z"})");
  EXPECT_EQ(away.start_absence().absence().reason(), "hospital");
  EXPECT_GT(away.start_absence().absence().until_us(), 0);
  EXPECT_TRUE(send("DELETE", "/absence", "").has_end_absence());
  EXPECT_EQ(send("POST", "/checks/night-check", R"({"note":"Sov"})").mark_checked().rule(),
            "night-check");
  EXPECT_TRUE(centre.was_audited("9901", "olga", "release_hold", "done"));
}

TEST_F(subjects, commands_need_a_key_and_whole_content) {
  start();
  const auto code = [&](const std::string& path, const std::string& body, bool with_key = true) {
    auto request = centre.as("olga", "POST", "/api/v1/" + path, body);
    if (!with_key) request.headers.clear();
    const auto r = centre.send(request);
    return std::to_string(r.status) + " " + code_of(r);
  };
  const std::string absence = "subjects/9901.r-1001/absence";
  EXPECT_EQ(code(absence, R"({"reason":"x"})", false), "400 idempotency_key_required");
  EXPECT_EQ(code(absence, "{}"), "400 bad_value");
  EXPECT_EQ(code(absence, R"({"reason":"x","until":"1999-01-01T00:00:00Z"})"), "400 bad_value");
  EXPECT_EQ(code("devices/9901.d1/test", R"({"minutes":1441})"), "400 bad_value");
  EXPECT_EQ(code("devices/9901.d1/test", R"({"kinds":"fall,odd"})"), "400 bad_value");
  EXPECT_EQ(code("devices/9901.d77/test", "{}"), "404 not_found");
  EXPECT_TRUE(centre.gateway.commands.empty());
}

TEST_F(subjects, an_absence_has_its_own_beginning_and_end) {
  start();
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return command_result{command_status::done, "", nullptr};
  };
  const auto send = [&](const std::string& times) {
    const auto r = centre.send(centre.as("olga", "POST", "/api/v1/subjects/9901.r-1001/absence",
                                         R"({"reason":"sykehus",)" + times + "}"));
    return std::to_string(r.status) + " " + (r.status == 200 ? "" : code_of(r));
  };
  EXPECT_EQ(send(R"("since":"2096-01-02T10:00:00Z","until":"2096-01-09T10:00:00Z")"), "200 ");
  const auto& told = centre.gateway.commands.back().start_absence().absence();
  EXPECT_EQ(told.until_us() - told.since_us(), 7 * 86'400'000'000);
  EXPECT_EQ(send(R"("since":"2020-01-02T10:00:00Z")"), "200 ");
  EXPECT_EQ(send(R"("since":"2096-01-09T10:00:00Z","until":"2096-01-02T10:00:00Z")"),
            "400 bad_value");
  EXPECT_EQ(send(R"("since":"tomorrow")"), "400 bad_value");
}

TEST_F(subjects, planned_looks_in_are_told_with_how_they_stand) {
  start();
  auto set = made_up_set("9901", "Fjordvik", "Anna Solvang");
  set.set_version(2);
  auto& rule = *set.mutable_policy()->add_rules();
  rule.set_id("night");
  rule.set_reason("Nattilsyn");
  rule.mutable_match()->add_residents("1001");
  rule.mutable_check()->set_due("02:00");
  set.add_residents()->set_id("1002");
  set.add_households()->set_id("h1");
  centre.directory.replace(std::move(set));
  for (const auto* subject : {"r-1001", "r-1002", "h-h1"})
    centre.gateway.subjects[{"9901", subject}] = std::make_shared<alarm::v1::SubjectState>();
  const auto checks_of = [&](const char* subject) {
    const auto r =
        centre.send(centre.as("olga", "GET", std::string{"/api/v1/subjects/9901."} + subject));
    EXPECT_EQ(schema.wrong("SubjectState", r.body), std::vector<std::string>{});
    return boost::json::parse(r.body).at("checks").as_array();
  };
  const auto told = checks_of("r-1001");
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back().at("reason").as_string(), "Nattilsyn");
  EXPECT_EQ(told.back().at("standing").as_string(), "planned");
  EXPECT_TRUE(checks_of("r-1002").empty());
  EXPECT_TRUE(checks_of("h-h1").empty());
}

TEST_F(subjects, a_device_is_put_in_test_mode_at_its_owner) {
  start();
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return command_result{command_status::done, "", nullptr};
  };
  const auto path = "/api/v1/devices/9901.d1/test";
  EXPECT_EQ(
      centre.send(centre.as("olga", "POST", path, R"({"minutes":30,"kinds":"fall,fire"})")).status,
      200);
  const auto begun = centre.gateway.commands.back();
  EXPECT_EQ(begun.subject(), "r-1001");
  EXPECT_EQ(begun.start_test().test().device(), "26001");
  EXPECT_EQ(begun.start_test().test().kinds_size(), 2);
  EXPECT_GT(begun.start_test().test().until_us(), base::to_us(base::wall_now()));
  EXPECT_EQ(centre.send(centre.as("olga", "DELETE", path)).status, 200);
  EXPECT_EQ(centre.gateway.commands.back().stop_test().device(), "26001");
}

TEST_F(subjects, the_technicians_list_holds_troubled_devices_by_what_is_the_matter) {
  start();
  auto battery = made_up_case("9901");
  battery.set_kind(alarm::v1::KIND_BATTERY);
  battery.set_list(alarm::v1::WORK_LIST_TECHNICIANS);
  publish({battery});
  centre.gateway.subjects[{"9901", "r-1001"}] = made_up_state("9901");
  const auto list = [&](const std::string& query) {
    const auto r = centre.send(centre.as("olga", "GET", "/api/v1/devices" + query));
    EXPECT_EQ(schema.wrong("DeviceList", r.body), std::vector<std::string>{}) << query;
    return boost::json::parse(r.body).at("devices").as_array();
  };
  EXPECT_EQ(list("").size(), 2u);
  const auto low = list("?state=battery");
  ASSERT_EQ(low.size(), 1u);
  EXPECT_EQ(low[0].at("id").as_string(), "9901.d1");
  EXPECT_EQ(low[0].at("case").at("list").as_string(), "technicians");
  const auto tested = list("?state=test");
  ASSERT_EQ(tested.size(), 1u);
  EXPECT_EQ(tested[0].at("test").at("by").as_string(), "Kari");
  EXPECT_EQ(list("?state=noisy").size(), 0u);
  EXPECT_EQ(list("?find=260").size(), 1u);
  EXPECT_EQ(list("?find=x").size(), 0u);
  EXPECT_EQ(list("?municipality=9902").size(), 0u);
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/devices?state=odd")).status, 400);
}

TEST_F(subjects, a_device_on_the_list_says_when_it_was_last_heard_and_a_sensor_when_it_was_itself) {
  start();
  auto set = made_up_set("9901", "Fjordvik", "Anna Solvang");
  set.set_version(2);
  set.mutable_devices(0)->add_sensors()->set_id("door");
  centre.directory.replace(std::move(set));
  auto offline = made_up_case("9901");
  offline.set_kind(alarm::v1::KIND_LINK);
  offline.mutable_alarms(0)->set_device("26001");
  auto sensor = offline;
  sensor.set_id("9901.r-1001.9");
  sensor.mutable_alarms(0)->set_sensor("door");
  auto stranger = offline;
  stranger.set_id("9901.r-1001.10");
  stranger.mutable_alarms(0)->set_device("nobody's");
  publish({offline, sensor, stranger});
  const auto found = centre.directory.current()->find_device("scaip", "26001");
  heard_s[found->number] = 1'700'000'000;
  heard_s[registry::sensor_number(*found, "door")] = 1'600'000'000;
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/devices?state=offline"));
  EXPECT_EQ(schema.wrong("DeviceList", r.body), std::vector<std::string>{});
  std::map<std::string, std::string> heard;
  const auto told = boost::json::parse(r.body);
  for (const auto& row : told.at("devices").as_array()) {
    const auto* at = row.at("last_heard").if_string();
    heard[std::string{row.at("wire_id").as_string()} + "/" +
          std::string{row.at("sensor").as_string()}] = at ? std::string{*at} : "never";
  }
  EXPECT_EQ(heard, (std::map<std::string, std::string>{{"26001/", "2023-11-14T22:13:20.000Z"},
                                                       {"26001/door", "2020-09-13T12:26:40.000Z"},
                                                       {"nobody's/", "never"}}));
}

TEST_F(subjects, people_in_an_outage_stand_in_the_order_of_their_danger) {
  auto set = made_up_set("9901", "Fjordvik", "Anna Solvang");
  const auto add = [&](const std::string& id, const std::string& need, bool alone) {
    auto& resident = *set.add_residents();
    resident.set_id(id);
    resident.set_name("Name " + id);
    if (!need.empty()) resident.add_depends_on_power(need);
    resident.set_lives_alone(alone);
  };
  add("2001", "", true);
  add("2002", "oxygen", false);
  add("2003", "oxygen", true);
  add("2004", "", false);
  centre.directory.replace(std::move(set));
  start();
  auto c = made_up_case("9901");
  c.set_id("9901.outages.1");
  c.set_subject("outages");
  c.set_kind(alarm::v1::KIND_OUTAGE);
  c.mutable_outage()->set_parent("power:nord");
  publish({c});
  auto state = std::make_shared<alarm::v1::SubjectState>();
  auto& outage = *state->add_outages();
  outage.set_case_id(c.id());
  const auto down = [&](const std::string& resident, std::int64_t since, bool back, bool reached) {
    auto& child = (*outage.mutable_children())["scaip/" + resident];
    child.set_device(resident);
    child.set_protocol("scaip");
    child.set_subject("r-" + resident);
    child.set_down_since_us(since);
    if (back) child.set_back_at_us(9'000'000);
    if (reached) child.set_reached_at_us(8'000'000);
  };
  down("1001", 1'000'000, false, false);
  down("2001", 2'000'000, false, false);
  down("2002", 3'000'000, false, false);
  down("2003", 4'000'000, false, true);
  down("2004", 5'000'000, true, false);
  centre.gateway.subjects[{"9901", "outages"}] = state;
  const auto ask = [&](const std::string& query) {
    const auto r =
        centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.outages.1/outage" + query));
    EXPECT_EQ(schema.wrong("Outage", r.body), std::vector<std::string>{});
    std::vector<std::string> ids;
    const auto told = boost::json::parse(r.body);
    for (const auto& one : told.at("residents").as_array())
      ids.emplace_back(one.at("id").as_string());
    return ids;
  };
  EXPECT_EQ(ask(""), (std::vector<std::string>{"r-2002", "r-2001", "r-1001", "r-2003"}));
  EXPECT_EQ(ask("?offset=1&limit=2"), (std::vector<std::string>{"r-2001", "r-1001"}));
  EXPECT_TRUE(centre.was_audited("9901", "olga", "read_outage", "done"));
}

}  // namespace
}  // namespace varde::test
