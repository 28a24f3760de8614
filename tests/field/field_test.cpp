// The teams' API: one's own visits and nobody else's, each step once and never backwards, and the
// code of the key box only on demand.
#include "field/field.hpp"

#include <gtest/gtest.h>

#include <set>

#include "alarm/fold.hpp"
#include "http/problem.hpp"
#include "support/centre_fixture.hpp"
#include "support/schema_check.hpp"

namespace varde::test {
namespace {

using board::command_result;
using board::command_status;

class field_api : public ::testing::Test {
 protected:
  void start() {
    the_field = std::make_unique<field::field>(field::field_parts{
        centre.web, centre.server().routes(),
        [this](const http::exchange_pointer& e) { return admit(e); }, centre.gateway, centre.watch,
        centre.directory, centre.accounts, centre.audit, "+4755599999"});
    centre.server().routes().route_websocket("/api/v1/live", [this](const http::request& in) {
      const auto who = centre.accounts.find_session(http::session_token(in).value_or(""));
      http::upgrade_verdict verdict;
      if (who) return the_field->open_feed(in, *who);
      verdict.refusal = http::problem(401, "not_signed_in", "No");
      return verdict;
    });
    ASSERT_TRUE(centre.start());
  }
  void TearDown() override { centre.stop(); }

  std::optional<registry::session_holder> admit(const http::exchange_pointer& e) {
    auto who = centre.accounts.find_session(http::session_token(e->in()).value_or(""));
    if (!who) e->answer(http::problem(401, "not_signed_in", "No"));
    return who;
  }
  void publish(const std::vector<alarm::v1::Case>& cases) {
    std::vector<std::shared_ptr<const alarm::v1::Case>> list;
    for (const auto& c : cases) list.push_back(shared(c));
    centre.gateway.publish(std::move(list));
    centre.on_web_thread([] {});
  }
  /// A case whose one visit stands at `state` by `responder`.
  static alarm::v1::Case with_visit(const std::string& municipality, alarm::v1::VisitState state,
                                    const std::string& responder, std::uint64_t version = 2) {
    auto c = made_up_case(municipality, version, "day");
    auto& visit = *c.mutable_visits(0);
    visit.set_state(state);
    visit.set_responder(responder);
    if (alarm::v1::VISIT_STATE_DONE <= state) visit.set_ended_at_us(base::to_us(base::wall_now()));
    return c;
  }
  /// Moves visits as the core would: by the same rules, on the case as published.
  void let_visits_move() {
    centre.gateway.decide =
        [now = made_up_case("9901", 2, "day")](const alarm::v1::Command& command) mutable {
          auto& visit = *now.mutable_visits(0);
          const auto to = command.move_visit().state();
          if (to <= visit.state())
            return command_result{command_status::refused, "visit_state", shared(now)};
          visit.set_state(to);
          visit.set_responder(command.actor().user());
          now.set_version(now.version() + 1);
          return command_result{command_status::done, "", shared(now)};
        };
  }
  std::string code_of(const raw_response& r) {
    return std::string{
        boost::json::parse(r.body.empty() ? "{\"code\":\"\"}" : r.body).at("code").as_string()};
  }

  centre_fixture centre;
  std::unique_ptr<field::field> the_field;
  schema_check schema{VARDE_SOURCE_DIR "/docs/openapi.json"};
  const std::string visit_path = "/api/v1/visits/9901.r-1001.1.v1";
};

TEST_F(field_api, routes_and_description_agree_both_ways) {
  start();
  std::set<std::pair<std::string, std::string>> routed, described;
  for (const auto& r : centre.server().routes().all())
    if (r.path_template.starts_with("/api/v1/visits"))
      routed.emplace(http::method_name(r.verb), r.path_template);
  for (const auto& [path, methods] : schema.document().at("paths").as_object())
    if (path.starts_with("/api/v1/visits"))
      for (const auto& [verb, operation] : methods.as_object()) {
        std::string upper{verb};
        std::ranges::transform(upper, upper.begin(),
                               [](unsigned char c) { return std::toupper(c); });
        described.emplace(upper, path);
      }
  EXPECT_EQ(routed, described);
}

TEST_F(field_api, a_list_holds_the_visits_of_ones_own_teams) {
  start();
  publish({with_visit("9901", alarm::v1::VISIT_STATE_OFFERED, ""),
           with_visit("9902", alarm::v1::VISIT_STATE_OFFERED, "")});
  const auto municipalities = [&](const std::string& user) {
    std::set<std::string> out;
    const auto r = centre.send(centre.as(user, "GET", "/api/v1/visits"));
    EXPECT_EQ(schema.wrong("Visits", r.body), std::vector<std::string>{});
    const auto parsed = boost::json::parse(r.body);
    for (const auto& v : parsed.at("visits").as_array())
      out.emplace(v.at("municipality").as_string());
    return out;
  };
  EXPECT_EQ(municipalities("rita"), std::set<std::string>{"9901"});
  EXPECT_EQ(municipalities("rune"), std::set<std::string>{"9902"});
  EXPECT_EQ(municipalities("roar"), std::set<std::string>{});
  EXPECT_EQ(municipalities("olga"), std::set<std::string>{"9901"});
  EXPECT_EQ(municipalities("both"), (std::set<std::string>{"9901", "9902"}));
  EXPECT_EQ(centre.send(centre.as("cato", "GET", "/api/v1/visits")).status, 403);
  EXPECT_TRUE(centre.was_audited("9901", "rita", "read_visit", "done"));
}

TEST_F(field_api, a_visit_shows_the_way_in_but_not_the_code) {
  start();
  publish({with_visit("9901", alarm::v1::VISIT_STATE_OFFERED, "")});
  const auto r = centre.send(centre.as("rita", "GET", "/api/v1/visits"));
  const auto parsed = boost::json::parse(r.body);
  const auto& visit = parsed.at("visits").at(0);
  EXPECT_EQ(visit.at("resident").at("name").as_string(), "Anna Solvang");
  EXPECT_EQ(visit.at("address").at("door").at("door").as_int64(), 4);
  EXPECT_TRUE(visit.at("access").at("has_code").as_bool());
  EXPECT_EQ(visit.at("to_know").at(0).as_string(), "Hører dårlig");
  EXPECT_EQ(visit.at("centre_phone").as_string(), "+4755500000");
  EXPECT_EQ(r.body.find("4711"), std::string::npos);
}

TEST_F(field_api, a_declined_visit_tells_nothing_more_about_the_resident) {
  start();
  publish({with_visit("9901", alarm::v1::VISIT_STATE_DECLINED, "rita")});
  const auto active = centre.send(centre.as("rita", "GET", "/api/v1/visits"));
  EXPECT_EQ(active.body, "{\"visits\":[]}");
  const auto all = centre.send(centre.as("rita", "GET", "/api/v1/visits?state=all"));
  EXPECT_EQ(schema.wrong("Visits", all.body), std::vector<std::string>{});
  EXPECT_NE(all.body.find("\"declined\""), std::string::npos);
  for (const auto* secret : {"Anna", "Åslia", "Hører"})
    EXPECT_EQ(all.body.find(secret), std::string::npos) << secret;
  EXPECT_EQ(centre.send(centre.as("rita", "GET", "/api/v1/visits?state=nonsense")).status, 400);
}

TEST_F(field_api, each_step_goes_to_the_core_and_comes_back_as_the_visit) {
  start();
  publish({made_up_case("9901", 2, "day")});
  let_visits_move();
  for (const auto& [step, body, state] : std::vector<std::array<std::string, 3>>{
           {"accept", "", "accepted"},
           {"en-route", R"({"device_time":"2026-01-15T12:00:00.000Z"})", "en_route"},
           {"on-site", "{}", "on_site"},
           {"done", R"({"note":"Fikk hjelp opp"})", "done"}}) {
    const auto r = centre.send(centre.as("rita", "POST", visit_path + "/" + step, body));
    EXPECT_EQ(r.status, 200) << step << r.body;
    EXPECT_EQ(schema.wrong("FieldVisit", r.body), std::vector<std::string>{}) << step;
    EXPECT_EQ(boost::json::parse(r.body).at("state").as_string(), state);
  }
  const auto& sent = centre.gateway.commands;
  ASSERT_EQ(sent.size(), 4u);
  EXPECT_EQ(sent[0].seen_version(), 0u);
  EXPECT_EQ(sent[1].move_visit().device_time_us(), 1'768'478'400'000'000);
  EXPECT_EQ(sent[3].move_visit().note(), "Fikk hjelp opp");
  EXPECT_EQ(sent[3].actor().kind(), alarm::v1::ACTOR_KIND_RESPONDER);
  EXPECT_TRUE(centre.was_audited("9901", "rita", "done", "done"));
}

TEST_F(field_api, the_same_step_again_is_answered_alike_and_an_earlier_one_refused) {
  start();
  publish({made_up_case("9901", 2, "day")});
  let_visits_move();
  EXPECT_EQ(centre.send(centre.as("rita", "POST", visit_path + "/on-site")).status, 200);
  EXPECT_EQ(centre.send(centre.as("rita", "POST", visit_path + "/on-site")).status, 200);
  const auto back = centre.send(centre.as("rita", "POST", visit_path + "/en-route"));
  EXPECT_EQ(back.status, 409);
  EXPECT_EQ(code_of(back), "visit_state");
}

TEST_F(field_api, a_step_needs_a_key_and_a_decline_its_reason) {
  start();
  publish({made_up_case("9901", 2, "day")});
  auto request = centre.as("rita", "POST", visit_path + "/accept");
  request.headers.clear();
  EXPECT_EQ(code_of(centre.send(request)), "idempotency_key_required");
  EXPECT_EQ(code_of(centre.send(centre.as("rita", "POST", visit_path + "/decline"))), "bad_value");
  EXPECT_EQ(code_of(centre.send(
                centre.as("rita", "POST", visit_path + "/accept", R"({"device_time":"now"})"))),
            "bad_value");
  EXPECT_TRUE(centre.gateway.commands.empty());
}

TEST_F(field_api, other_teams_visits_look_exactly_like_missing_ones) {
  start();
  publish({with_visit("9901", alarm::v1::VISIT_STATE_ACCEPTED, "rita"),
           with_visit("9902", alarm::v1::VISIT_STATE_ACCEPTED, "rune")});
  const std::string body = R"({"reason":"x"})";
  for (const auto* step : {"accept", "decline", "en-route", "on-site", "done", "access-code"}) {
    const auto missing = centre.send(
        centre.as("rita", "POST", std::string{"/api/v1/visits/9901.r-9.1.v1/"} + step, body));
    for (const auto& [user, path] : std::vector<std::pair<std::string, std::string>>{
             {"rita", "/api/v1/visits/9902.r-1001.1.v1/"},
             {"roar", visit_path + "/"},
             {"rune", visit_path + "/"}}) {
      const auto r = centre.send(centre.as(user, "POST", path + step, body));
      EXPECT_EQ(r.status, 404) << user << step;
      EXPECT_EQ(r.body, missing.body) << user << step;
    }
  }
  EXPECT_EQ(code_of(centre.send(centre.as("olga", "POST", visit_path + "/accept"))),
            "not_your_role");
  EXPECT_TRUE(centre.gateway.commands.empty());
  EXPECT_TRUE(centre.was_audited("9902", "rita", "move_visit", "denied"));
}

TEST_F(field_api, the_code_is_shown_to_the_visits_own_responder_while_it_is_under_way) {
  start();
  const auto status = [&](const std::string& user) {
    return centre.send(centre.as(user, "POST", visit_path + "/access-code")).status;
  };
  publish({with_visit("9901", alarm::v1::VISIT_STATE_OFFERED, "", 2)});
  EXPECT_EQ(status("rita"), 404);
  publish({with_visit("9901", alarm::v1::VISIT_STATE_ACCEPTED, "rita", 3)});
  const auto r = centre.send(centre.as("rita", "POST", visit_path + "/access-code"));
  EXPECT_EQ(r.body, "{\"code\":\"4711\"}");
  EXPECT_EQ(schema.wrong("AccessCode", r.body), std::vector<std::string>{});
  EXPECT_EQ(status("roar"), 404);
  EXPECT_EQ(status("olga"), 200);
  EXPECT_EQ(status("odd"), 404);
  EXPECT_EQ(status("mads"), 403);
  EXPECT_TRUE(centre.was_audited("9901", "rita", "read_access_code", "done"));
  EXPECT_TRUE(centre.was_audited("9901", "roar", "read_access_code", "denied"));
  publish({with_visit("9901", alarm::v1::VISIT_STATE_DONE, "rita", 4)});
  EXPECT_EQ(status("rita"), 404);
  for (const auto& line : centre.audited("9901")) EXPECT_EQ(line.find("4711"), std::string::npos);
}

TEST_F(field_api, the_live_feed_shows_ones_own_teams_and_ends_with_the_session) {
  start();
  publish({with_visit("9901", alarm::v1::VISIT_STATE_OFFERED, "", 2),
           with_visit("9902", alarm::v1::VISIT_STATE_OFFERED, "", 2)});
  const auto client = centre.open_live("rita");
  ASSERT_TRUE(client);
  const auto next = [&] {
    const auto text = centre_fixture::next_text(*client);
    EXPECT_EQ(schema.wrong("LiveFrame", text), std::vector<std::string>{}) << text;
    return boost::json::parse(text);
  };
  const auto first = next();
  EXPECT_TRUE(first.at("snapshot").as_bool());
  ASSERT_EQ(first.at("visits").as_array().size(), 1u);
  EXPECT_EQ(first.at("visits").at(0).at("municipality").as_string(), "9901");
  EXPECT_EQ(next().at("type").as_string(), "condition");

  publish({with_visit("9902", alarm::v1::VISIT_STATE_ACCEPTED, "rune", 3)});
  publish({with_visit("9901", alarm::v1::VISIT_STATE_RECALLED, "", 3)});
  const auto change = next();
  EXPECT_FALSE(change.at("snapshot").as_bool());
  EXPECT_EQ(change.at("visits").at(0).at("state").as_string(), "recalled");
  EXPECT_EQ(change.at("visits").at(0).at("municipality").as_string(), "9901");

  centre.on_web_thread([&] { centre.accounts.sign_out(centre.token_of("rita")); });
  EXPECT_EQ(next().at("reason").as_string(), "signed_out");
  EXPECT_EQ(client->receive_frame().value_or(raw_frame{}).close_code(), 4401);
}

TEST_F(field_api, the_live_feed_says_how_the_node_is_and_drops_a_visit_that_did_not_come_to_be) {
  start();
  publish({with_visit("9901", alarm::v1::VISIT_STATE_OFFERED, "", 3)});
  const auto client = centre.open_live("rita");
  const auto next = [&] { return boost::json::parse(centre_fixture::next_text(*client)); };
  EXPECT_EQ(next().at("visits").as_array().size(), 1u);
  EXPECT_TRUE(next().at("island_since").is_null());
  board::node_condition island;
  island.island_since = base::wall_now();
  centre.gateway.on_condition(island);
  EXPECT_TRUE(next().at("island_since").is_string());
  auto batch = std::make_shared<board::change_batch>();
  batch->push_back({shared(made_up_case("9901", 2)), "", {}, true});
  centre.gateway.listener(std::move(batch));
  const auto again = next();
  EXPECT_TRUE(again.at("snapshot").as_bool());
  EXPECT_TRUE(again.at("visits").as_array().empty());
}

}  // namespace
}  // namespace varde::test
