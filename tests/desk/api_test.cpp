// The API against its own description: every route, every role, every object, and the shape of
// every answer.
#include <set>

#include "desk_fixture.hpp"

namespace varde::test {
namespace {

using api = desk_fixture;

struct described {
  std::string verb, path;
  boost::json::object operation;
};

std::vector<described> all_described(const schema_check& schema) {
  std::vector<described> out;
  for (const auto& [path, methods] : schema.document().at("paths").as_object())
    for (const auto& [verb, operation] : methods.as_object()) {
      std::string upper{verb};
      std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
      out.push_back({upper, std::string{path}, operation.as_object()});
    }
  return out;
}

/// The field's and the reports', which have their own tests.
bool is_elsewhere(const std::string& path) {
  return path.starts_with("/api/v1/visits") || path.starts_with("/api/v1/reports");
}
bool is_open(const described& d) { return d.operation.contains("security"); }

void fill(std::string& path, const std::string& name, const std::string& value) {
  const auto at = path.find(name);
  if (at != std::string::npos) path.replace(at, name.size(), value);
}

/// The path with the id of a case in it, or of its subject, or of a device of its municipality.
std::string filled(std::string path, const std::string& case_id) {
  const bool subject = path.starts_with("/api/v1/subjects");
  const bool device = path.starts_with("/api/v1/devices");
  fill(path, "{id}",
       subject  ? case_id.substr(0, case_id.rfind('.'))
       : device ? case_id.substr(0, case_id.find('.')) + ".d1"
                : case_id);
  fill(path, "{signal}", "26001%2F9");
  fill(path, "{rule}", "night-check");
  return path;
}

std::string body_for(const std::string& path) {
  if (path.ends_with("/note")) return R"({"version":1,"text":"x"})";
  if (path.ends_with("/step")) return R"({"version":1,"step":"default-call","done":true})";
  if (path.ends_with("/dispatch")) return R"({"version":1,"team":"day"})";
  if (path.ends_with("/list")) return R"({"version":1,"list":"technicians"})";
  if (path.ends_with("/identify")) return R"({"version":1,"resident":"1001"})";
  if (path.ends_with("/reached")) return R"({"version":1,"subject":"r-1001","how":"phone"})";
  if (path.ends_with("/recall")) return R"({"version":1,"visit":"9901.r-1001.1.v1"})";
  if (path.ends_with("/close"))
    return R"({"version":1,"outcome":{"kind":"false","cause":"unintended_press"}})";
  if (path.ends_with("/absence")) return R"({"reason":"hospital"})";
  if (path.ends_with("/test")) return R"({"minutes":30,"kinds":"fall"})";
  return R"({"version":1})";
}

/// A case that every route about a case has something to say of.
alarm::v1::Case case_with_everything(const std::string& municipality) {
  auto c = made_up_case(municipality);
  c.mutable_outage()->set_parent("power:nord");
  return c;
}

TEST_F(api, routes_and_description_agree_both_ways) {
  start();
  std::set<std::pair<std::string, std::string>> routed, described_routes;
  for (const auto& r : centre.server().routes().all())
    routed.emplace(std::string{http::method_name(r.verb)}, r.path_template);
  for (const auto& d : all_described(schema))
    if (!is_elsewhere(d.path)) described_routes.emplace(d.verb, d.path);
  EXPECT_EQ(routed, described_routes);
}

TEST_F(api, undeclared_methods_are_refused_on_every_path) {
  start();
  std::map<std::string, std::set<std::string>> allowed;
  for (const auto& d : all_described(schema))
    if (!is_elsewhere(d.path)) allowed[d.path].insert(d.verb);
  for (const auto& [path, verbs] : allowed)
    for (const auto* verb : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
      if (verbs.contains(verb)) continue;
      const auto r = centre.send({verb, filled(path, "x"), "", "", "", {}});
      EXPECT_EQ(r.status, 405) << verb << ' ' << path;
      EXPECT_TRUE(r.has("allow"));
    }
}

TEST_F(api, nothing_but_the_open_routes_answers_a_stranger_and_all_bear_the_headers) {
  start();
  for (const auto& d : all_described(schema)) {
    if (is_elsewhere(d.path)) continue;
    const auto r = centre.send({d.verb, filled(d.path, "9901.r-1001.1"), "", "", "", {}});
    if (is_open(d))
      EXPECT_NE(r.status, 401) << d.path;
    else
      EXPECT_EQ(r.status, d.path.ends_with("/live") ? 426 : 401) << d.verb << ' ' << d.path;
    for (const auto* name :
         {"strict-transport-security", "content-security-policy", "x-content-type-options",
          "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"})
      EXPECT_TRUE(r.has(name)) << name << ' ' << d.path;
    EXPECT_EQ(r.header("cache-control"), "no-store") << d.path;
  }
}

TEST_F(api, each_role_may_exactly_what_the_description_says) {
  start();
  publish({case_with_everything("9901")});
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return board::command_result{board::command_status::done, "", shared(made_up_case("9901", 2))};
  };
  const std::map<std::string, std::string> people{{"operator", "olga"},
                                                  {"responder", "rita"},
                                                  {"municipality_administrator", "mads"},
                                                  {"centre_administrator", "cato"}};
  for (const auto& d : all_described(schema)) {
    const auto* roles = d.operation.if_contains("x-roles");
    if (!roles || is_elsewhere(d.path) || d.path.ends_with("/live")) continue;
    for (const auto& [role, user] : people) {
      bool may = false;
      for (const auto& one : roles->as_array()) may = may || one.as_string() == role;
      const bool resident = d.path.starts_with("/api/v1/residents");
      const auto path =
          resident ? "/api/v1/residents/1001?municipality=9901" : filled(d.path, "9901.r-1001.1");
      const auto r =
          centre.send(centre.as(user, d.verb, path, d.verb == "POST" ? body_for(d.path) : ""));
      if (may)
        EXPECT_TRUE(r.status == 200 || r.status == 204)
            << role << ' ' << d.path << ' ' << r.status << r.body;
      else
        EXPECT_EQ(code_of(r), "not_your_role") << role << ' ' << d.path;
    }
  }
}

TEST_F(api, what_is_another_municipalitys_looks_exactly_like_what_is_not_there) {
  start();
  publish({case_with_everything("9901"), case_with_everything("9902")});
  for (const auto& d : all_described(schema)) {
    if (d.path.find("{id}") == std::string::npos || is_elsewhere(d.path)) continue;
    const bool resident = d.path.starts_with("/api/v1/residents");
    const auto body = d.verb == "POST" ? body_for(d.path) : "";
    const auto foreign =
        resident ? "/api/v1/residents/1001?municipality=9902" : filled(d.path, "9902.r-1001.1");
    const auto missing =
        resident ? "/api/v1/residents/9?municipality=9901" : filled(d.path, "9903.r-77.1");
    const auto a = centre.send(centre.as("olga", d.verb, foreign, body));
    const auto b = centre.send(centre.as("olga", d.verb, missing, body));
    EXPECT_EQ(a.status, 404) << d.path;
    EXPECT_EQ(a.status, b.status) << d.path;
    EXPECT_EQ(a.body, b.body) << d.path;
  }
  EXPECT_TRUE(centre.gateway.commands.empty());
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/teams?municipality=9902")).status, 404);
  EXPECT_TRUE(centre.was_audited("9902", "olga", "read_case", "denied"));
  EXPECT_TRUE(centre.was_audited("9902", "olga", "claim", "denied"));
  EXPECT_TRUE(centre.was_audited("9902", "olga", "read_resident", "denied"));
}

TEST_F(api, ids_in_requests_make_no_audit_streams) {
  start();
  centre.send(centre.as("olga", "GET", "/api/v1/cases/made-up.r-1.1"));
  EXPECT_TRUE(centre.was_audited("centre", "olga", "read_case", "denied"));
  EXPECT_TRUE(centre.audited("made-up").empty());
}

TEST_F(api, lists_hold_ones_own_municipalities_and_the_centre_only) {
  start();
  auto unknown = made_up_case("centre");
  unknown.set_id("centre.u-127~2e0~2e0~2e1.1");
  unknown.set_subject("u-127~2e0~2e0~2e1");
  publish({made_up_case("9901"), made_up_case("9902"), unknown});
  const auto ids = [&](const std::string& user, const std::string& query = "") {
    std::set<std::string> out;
    const auto r = centre.send(centre.as(user, "GET", "/api/v1/cases" + query));
    const auto parsed = boost::json::parse(r.body);
    for (const auto& c : parsed.at("cases").as_array())
      out.emplace(c.at("municipality").as_string());
    return out;
  };
  EXPECT_EQ(ids("olga"), (std::set<std::string>{"9901", "centre"}));
  EXPECT_EQ(ids("odd"), (std::set<std::string>{"9902", "centre"}));
  EXPECT_EQ(ids("mads"), (std::set<std::string>{"9901"}));
  EXPECT_EQ(ids("olga", "?municipality=9902"), std::set<std::string>{});
  const auto teams = centre.send(centre.as("olga", "GET", "/api/v1/teams"));
  EXPECT_EQ(schema.wrong("Teams", teams.body), std::vector<std::string>{});
  EXPECT_EQ(teams.body.find("9902"), std::string::npos);
}

TEST_F(api, a_list_takes_states_and_a_limit) {
  start();
  auto closed = made_up_case("9901", 5);
  closed.set_id("9901.r-1002.1");
  closed.set_subject("r-1002");
  closed.set_state(alarm::v1::CASE_STATE_CLOSED);
  closed.set_closed_at_us(base::to_us(base::wall_now()));
  closed.mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_FALSE);
  closed.mutable_outcome()->set_cause("toilet");
  publish({made_up_case("9901"), closed});
  const auto count = [&](const std::string& query) {
    const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases" + query));
    EXPECT_EQ(schema.wrong("Cases", r.body), std::vector<std::string>{}) << query;
    const auto parsed = boost::json::parse(r.body);
    return parsed.at("cases").as_array().size();
  };
  EXPECT_EQ(count(""), 1u);
  EXPECT_EQ(count("?state=closed"), 1u);
  EXPECT_EQ(count("?state=active,closed"), 2u);
  EXPECT_EQ(count("?state=active,closed&limit=1"), 1u);
  EXPECT_EQ(count("?state=claimed"), 0u);
  for (const auto* query : {"?state=nonsense", "?limit=0", "?limit=1001", "?limit=x", "?state="})
    EXPECT_EQ(centre.send(centre.as("olga", "GET", std::string{"/api/v1/cases"} + query)).status,
              400)
        << query;
}

TEST_F(api, a_case_alone_has_its_resident_and_its_history) {
  alarm::v1::Entry opened;
  opened.set_municipality("9901");
  opened.set_subject("r-1001");
  opened.set_version(1);
  opened.set_at_us(base::to_us(base::wall_now()));
  opened.set_case_id("9901.r-1001.1");
  opened.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_DEVICE);
  opened.mutable_case_opened()->set_kind(alarm::v1::KIND_SAFETY_ALARM);
  opened.mutable_case_opened()->mutable_signal()->set_id("26001/1");
  opened.mutable_case_opened()->mutable_signal()->set_received_at_us(opened.at_us());
  std::vector<alarm::v1::Entry> entries{opened};
  for (const int body : {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29}) {
    alarm::v1::Entry e = opened;
    e.clear_body();
    e.set_version(static_cast<std::uint64_t>(body));
    switch (body) {
      case 19:
        e.mutable_claimed();
        break;
      case 20:
        e.mutable_released()->set_reason(alarm::v1::RELEASE_REASON_IDLE);
        break;
      case 21:
        e.mutable_taken_over()->set_from_user("odd");
        break;
      case 22:
        e.mutable_note_added()->set_text("Hun svarer");
        break;
      case 23:
        e.mutable_step_ticked()->set_step("default-call");
        break;
      case 24:
        e.mutable_visit_offered()->mutable_visit()->set_team("day");
        break;
      case 25:
        e.mutable_visit_moved()->set_state(alarm::v1::VISIT_STATE_ACCEPTED);
        break;
      case 26:
        e.mutable_visit_overdue()->set_visit("v");
        break;
      case 27:
        e.mutable_closed()->mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_REAL);
        break;
      case 28:
        e.mutable_aged();
        break;
      default:
        e.set_case_id("9901.r-1001.99");
        e.mutable_claimed();
        break;  // of another case
    }
    entries.push_back(std::move(e));
  }
  history = entries;
  start();
  publish({made_up_case("9901", 7, "day")});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(schema.wrong("CaseAlone", r.body), std::vector<std::string>{});
  const auto parsed = boost::json::parse(r.body);
  EXPECT_EQ(parsed.at("history").as_array().size(), 11u);
  EXPECT_EQ(parsed.at("resident").at("name").as_string(), "Anna Solvang");
  EXPECT_EQ(parsed.at("subject").at("address").at("door").at("floor").as_int64(), 2);
  EXPECT_EQ(r.body.find("4711"), std::string::npos);
  EXPECT_TRUE(centre.was_audited("9901", "olga", "read_case", "done"));
  centre.on_web_thread(
      [&] { EXPECT_EQ(asked_history, (std::vector<std::string>{"9901 r-1001 1 7"})); });
}

TEST_F(api, a_case_is_shown_even_when_the_ledger_cannot_be_read) {
  history = make_error_code(boost::system::errc::not_connected);
  start();
  publish({made_up_case("9901")});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(boost::json::parse(r.body).at("history_available").as_bool(), false);
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.77")).status, 503);
}

TEST_F(api, a_silent_ledger_does_not_hold_a_case_up) {
  history_answers = false;
  start();
  publish({made_up_case("9901")});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(boost::json::parse(r.body).at("history_available").as_bool(), false);
}

TEST_F(api, an_island_shows_its_board_and_does_not_ask_the_ledger) {
  history_answers = false;
  start();
  publish({made_up_case("9901")});
  board::node_condition island;
  island.island_since = base::wall_now();
  centre.gateway.on_condition(island);
  centre.on_web_thread([] {});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(boost::json::parse(r.body).at("history_available").as_bool(), false);
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.77")).status, 503);
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/me")).status, 200);
  centre.on_web_thread([&] { EXPECT_TRUE(asked_history.empty()); });
}

TEST_F(api, what_was_done_during_an_outage_stands_on_the_case_and_in_its_history) {
  alarm::v1::Entry deed;
  deed.set_version(2);
  deed.set_at_us(2'000'000);
  deed.set_merged_at_us(3'000'000);
  deed.set_case_id("9901.r-1001.1");
  auto& done = *deed.mutable_handled_in_outage();
  done.set_why("already_claimed");
  done.mutable_entry()->set_node("varde-2");
  done.mutable_entry()->set_at_us(1'000'000);
  done.mutable_entry()->mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_OPERATOR);
  done.mutable_entry()->mutable_actor()->set_name("Per Vakt");
  done.mutable_entry()->mutable_closed()->mutable_outcome()->set_kind(
      alarm::v1::OUTCOME_KIND_FALSE);
  alarm::v1::Entry reopened = deed;
  reopened.set_version(3);
  reopened.mutable_reopened()->set_reason("outage_visit");
  history = std::vector<alarm::v1::Entry>{deed, reopened};
  start();
  auto c = made_up_case("9901", 3);
  c.set_reopened_reason("outage_visit");
  auto& shown = *c.add_outage_deeds();
  shown.set_name("Per Vakt");
  shown.set_what("closed");
  shown.set_at_us(1'000'000);
  shown.set_merged_at_us(3'000'000);
  shown.set_why("already_claimed");
  publish({c});
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/cases/9901.r-1001.1"));
  EXPECT_EQ(schema.wrong("CaseAlone", r.body), std::vector<std::string>{});
  const auto parsed = boost::json::parse(r.body);
  EXPECT_EQ(parsed.at("reopened_reason").as_string(), "outage_visit");
  EXPECT_EQ(parsed.at("outage_deeds").at(0).at("name").as_string(), "Per Vakt");
  EXPECT_EQ(parsed.at("outage_deeds").at(0).at("at").as_string(), "1970-01-01T00:00:01.000Z");
  const auto& item = parsed.at("history").at(0);
  EXPECT_EQ(item.at("why").as_string(), "already_claimed");
  EXPECT_EQ(item.at("deed").at("type").as_string(), "closed");
  EXPECT_EQ(item.at("merged_at").as_string(), "1970-01-01T00:00:03.000Z");
  EXPECT_EQ(parsed.at("history").at(1).at("reason").as_string(), "outage_visit");
}

TEST_F(api, a_page_learns_its_municipalities_tiles_and_telephone) {
  auto set = made_up_set("9901", "Fjordvik", "Anna Solvang");
  set.mutable_municipality()->set_map_tiles("https://map.example/{z}/{x}/{y}.png");
  centre.directory.replace(std::move(set));
  start();
  const auto me =
      boost::json::parse(centre.send(centre.as("both", "GET", "/api/v1/me")).body).at("config");
  EXPECT_EQ(me.at("map_tiles").as_string(), "https://map.example/{z}/{x}/{y}.png");
  EXPECT_EQ(me.at("centre_phone").as_string(), "+4755500000");
  EXPECT_EQ(me.at("municipalities").at(0).at("map_tiles").as_string(),
            "https://map.example/{z}/{x}/{y}.png");
  EXPECT_EQ(me.at("municipalities").at(1).at("map_tiles").as_string(), "");
}

TEST_F(api, a_resident_is_a_card_without_the_code_and_an_audit_entry) {
  start();
  const auto r = centre.send(centre.as("olga", "GET", "/api/v1/residents/1001?municipality=9901"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(schema.wrong("Resident", r.body), std::vector<std::string>{});
  EXPECT_EQ(r.body.find("4711"), std::string::npos);
  EXPECT_TRUE(centre.was_audited("9901", "olga", "read_resident", "done"));
  for (const auto& line : centre.audited("9901")) EXPECT_EQ(line.find("Anna"), std::string::npos);
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/residents/1001")).status, 400);
}

TEST_F(api, serves_its_own_description) {
  start();
  const auto r = centre.send({"GET", "/api/v1/openapi.json", "", "", "", {}});
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(boost::json::parse(r.body), schema.document());
}

}  // namespace
}  // namespace varde::test
