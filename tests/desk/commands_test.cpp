// Commands: what a request must have, what the core's verdicts become, and that nobody wins twice.
#include <thread>

#include "desk_fixture.hpp"

namespace varde::test {
namespace {

using commands = desk_fixture;
using board::command_result;
using board::command_status;

const std::string claim_path = "/api/v1/cases/9901.r-1001.1/claim";

TEST_F(commands, carry_key_version_actor_and_body_to_the_core) {
  start();
  publish({made_up_case("9901", 3)});
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return command_result{command_status::done, "", shared(made_up_case("9901", 4))};
  };
  const auto send = [&](const std::string& name, const std::string& body) {
    const auto r =
        centre.send(centre.as("olga", "POST", "/api/v1/cases/9901.r-1001.1/" + name, body));
    EXPECT_EQ(r.status, 200) << name << r.body;
    EXPECT_EQ(schema.wrong("Case", r.body), std::vector<std::string>{}) << name;
    return centre.gateway.commands.back();
  };
  const auto claim = send("claim", R"({"version":3})");
  EXPECT_EQ(claim.id(), "key-olga");
  EXPECT_EQ(claim.municipality(), "9901");
  EXPECT_EQ(claim.subject(), "r-1001");
  EXPECT_EQ(claim.case_id(), "9901.r-1001.1");
  EXPECT_EQ(claim.seen_version(), 3u);
  EXPECT_EQ(claim.actor().user(), "olga");
  EXPECT_EQ(claim.actor().kind(), alarm::v1::ACTOR_KIND_OPERATOR);
  EXPECT_EQ(claim.actor().origin(), "127.0.0.1");
  EXPECT_EQ(claim.trace().size(), 16u);
  EXPECT_TRUE(claim.has_claim());
  EXPECT_EQ(send("release", R"({"version":3})").release().reason(),
            alarm::v1::RELEASE_REASON_OPERATOR);
  EXPECT_TRUE(send("takeover", R"({"version":3})").has_takeover());
  EXPECT_EQ(send("note", R"({"version":3,"text":"Hun er på badet"})").note().text(),
            "Hun er på badet");
  EXPECT_TRUE(send("step", R"({"version":3,"step":"s1","done":true})").tick_step().done());
  EXPECT_EQ(
      send("dispatch", R"({"version":3,"team":"day","message":"Fall"})").dispatch().team_name(),
      "Dagvakt");
  EXPECT_EQ(send("recall", R"({"version":3,"visit":"v","reason":"Står opp"})").recall().visit(),
            "v");
  EXPECT_EQ(
      send("close", R"({"version":3,"outcome":{"kind":"real","cause":"fall","action":"visit"}})")
          .close()
          .outcome()
          .cause(),
      "fall");
  EXPECT_TRUE(centre.was_audited("9901", "olga", "close", "done"));
}

TEST_F(commands, need_a_key_a_version_and_whole_content) {
  start();
  publish({made_up_case("9901")});
  const auto code = [&](const std::string& name, const std::string& body, bool with_key = true) {
    auto request = centre.as("olga", "POST", "/api/v1/cases/9901.r-1001.1/" + name, body);
    if (!with_key) request.headers.clear();
    const auto r = centre.send(request);
    return std::to_string(r.status) + " " + code_of(r);
  };
  EXPECT_EQ(code("claim", R"({"version":1})", false), "400 idempotency_key_required");
  EXPECT_EQ(code("claim", "{}"), "428 version_required");
  EXPECT_EQ(code("claim", ""), "428 version_required");
  EXPECT_EQ(code("claim", "{"), "400 bad_json");
  EXPECT_EQ(code("claim", R"({"version":"1"})"), "400 bad_value");
  EXPECT_EQ(code("claim", R"({"version":-1})"), "400 bad_value");
  EXPECT_EQ(code("note", R"({"version":1})"), "400 bad_value");
  EXPECT_EQ(code("note", R"({"version":1,"text":")" + std::string(4'001, 'x') + "\"}"),
            "400 bad_value");
  EXPECT_EQ(code("step", R"({"version":1,"step":"a"})"), "400 bad_value");
  EXPECT_EQ(code("dispatch", R"({"version":1,"team":"nobody"})"), "422 no_such_team");
  EXPECT_EQ(code("close", R"({"version":1})"), "422 outcome_required");
  EXPECT_EQ(code("close", R"({"version":1,"outcome":{"kind":"real"}})"), "422 outcome_required");
  EXPECT_EQ(code("close", R"({"version":1,"outcome":{"kind":"odd","cause":"x"}})"),
            "422 outcome_required");
  auto too_long = centre.as("olga", "POST", claim_path, R"({"version":1})");
  too_long.headers = {{"Idempotency-Key", std::string(65, 'k')}};
  EXPECT_EQ(code_of(centre.send(too_long)), "idempotency_key_required");
  EXPECT_TRUE(centre.gateway.commands.empty());
}

TEST_F(commands, take_the_version_from_if_match_too) {
  start();
  publish({made_up_case("9901")});
  auto request = centre.as("olga", "POST", claim_path);
  request.headers.emplace_back("If-Match", "\"9\"");
  centre.send(request);
  ASSERT_EQ(centre.gateway.commands.size(), 1u);
  EXPECT_EQ(centre.gateway.commands[0].seen_version(), 9u);
}

TEST_F(commands, a_stale_one_gets_the_case_and_what_changed) {
  alarm::v1::Entry note;
  note.set_version(4);
  note.set_at_us(1'700'000'000'000'000);
  note.set_case_id("9901.r-1001.1");
  note.mutable_actor()->set_user("both");
  note.mutable_note_added()->set_text("Jeg ringer");
  history = std::vector<alarm::v1::Entry>{note};
  start();
  publish({made_up_case("9901", 4)});
  centre.gateway.decide = [](const alarm::v1::Command&) {
    return command_result{command_status::stale, "", shared(made_up_case("9901", 4))};
  };
  const auto r = centre.send(centre.as("olga", "POST", claim_path, R"({"version":3})"));
  EXPECT_EQ(r.status, 409);
  EXPECT_EQ(r.header("content-type"), "application/problem+json");
  EXPECT_EQ(schema.wrong("StaleProblem", r.body), std::vector<std::string>{});
  const auto parsed = boost::json::parse(r.body);
  EXPECT_EQ(parsed.at("code").as_string(), "stale");
  EXPECT_EQ(parsed.at("current").at("version").as_int64(), 4);
  EXPECT_EQ(parsed.at("changes").at(0).at("text").as_string(), "Jeg ringer");
  centre.on_web_thread(
      [&] { EXPECT_EQ(asked_history, (std::vector<std::string>{"9901 r-1001 4 4"})); });
}

TEST_F(commands, each_verdict_has_its_status) {
  start();
  publish({made_up_case("9901")});
  const auto status = [&](command_status s, const std::string& code) {
    centre.gateway.decide = [=](const alarm::v1::Command&) {
      return command_result{s, code, nullptr};
    };
    const auto r = centre.send(centre.as("olga", "POST", claim_path, R"({"version":1})"));
    return std::to_string(r.status) + " " + code_of(r) + (r.has("retry-after") ? " later" : "");
  };
  EXPECT_EQ(status(command_status::refused, "already_claimed"), "409 already_claimed");
  EXPECT_EQ(status(command_status::refused, "visit_under_way"), "409 visit_under_way");
  EXPECT_EQ(status(command_status::refused, "outcome_required"), "422 outcome_required");
  EXPECT_EQ(status(command_status::refused, "something_new"), "409 something_new");
  EXPECT_EQ(status(command_status::not_found, ""), "404 not_found");
  EXPECT_EQ(status(command_status::unavailable, ""), "503 unavailable later");
  EXPECT_EQ(status(command_status::unavailable, "retry"), "503 retry later");
}

TEST_F(commands, the_next_case_is_asked_for_ones_own_municipalities) {
  start();
  const auto none = centre.send(centre.as("olga", "POST", "/api/v1/queue/next"));
  EXPECT_EQ(none.status, 204);
  ASSERT_EQ(centre.gateway.next_requests.size(), 1u);
  EXPECT_EQ(centre.gateway.next_requests[0].municipalities,
            (std::vector<std::string>{"9901", "centre"}));
  EXPECT_EQ(centre.gateway.next_requests[0].actor.user(), "olga");
  centre.gateway.next = {command_status::done, "", shared(made_up_case("9901", 2))};
  const auto one = centre.send(centre.as("olga", "POST", "/api/v1/queue/next"));
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(schema.wrong("Case", one.body), std::vector<std::string>{});
  EXPECT_TRUE(centre.was_audited("9901", "olga", "take_next", "done"));
}

TEST_F(commands, of_a_hundred_claims_at_once_each_is_heard_and_one_wins) {
  constexpr int claimers = 100;
  start();
  publish({made_up_case("9901")});
  centre.gateway.decide = [owner = std::string{}](const alarm::v1::Command& command) mutable {
    auto now = made_up_case("9901", 2);
    const bool won = owner.empty();
    if (won) owner = command.id();
    now.set_state(alarm::v1::CASE_STATE_CLAIMED);
    now.mutable_owner()->set_user(owner);
    now.mutable_owner()->set_since_us(now.opened_at_us());
    return won ? command_result{command_status::done, "", shared(now)}
               : command_result{command_status::refused, "already_claimed", shared(now)};
  };
  std::vector<raw_response> answers(claimers);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < claimers; ++i)
      threads.emplace_back([&, i] {
        auto request =
            centre.as(i % 2 == 0 ? "olga" : "both", "POST", claim_path, R"({"version":1})");
        request.headers = {{"Idempotency-Key", "claim-" + std::to_string(i)}};
        answers[static_cast<std::size_t>(i)] = centre.send_alone(request);
      });
  }
  EXPECT_EQ(centre.gateway.commands.size(), static_cast<std::size_t>(claimers));
  EXPECT_EQ(std::ranges::count(answers, 200, &raw_response::status), 1);
  EXPECT_EQ(std::ranges::count(answers, 409, &raw_response::status), claimers - 1);
  for (const auto& r : answers) {
    if (r.status != 409) continue;
    EXPECT_EQ(schema.wrong("ConflictProblem", r.body), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace varde::test
