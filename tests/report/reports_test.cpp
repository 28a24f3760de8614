// The report over HTTP: whose municipalities it is of, that it is read once in ten minutes however
// many ask, and its shape.
#include "report/reports.hpp"

#include <gtest/gtest.h>

#include "http/problem.hpp"
#include "support/centre_fixture.hpp"
#include "support/schema_check.hpp"

namespace varde::test {
namespace {

class reports : public ::testing::Test {
 protected:
  void start() {
    figures = std::make_unique<report::reports>(report::report_parts{
        centre.web, centre.server().routes(),
        [this](const http::exchange_pointer& e) -> std::optional<registry::session_holder> {
          auto who = centre.accounts.find_session(token_in(e->in()));
          if (!who) e->answer(http::problem(401, "not_signed_in", "Sign in"));
          return who;
        },
        centre.directory, centre.audit,
        [this](report::ledger_reader::job job, const report::ledger_reader::handler& done) {
          jobs.push_back(job);
          std::vector<report::offenders> found(job.municipalities.size());
          for (std::size_t i = 0; i < found.size(); ++i) {
            found[i].devices.push_back({"scaip/26001", "", 9, 3 + i});
            found[i].kinds.push_back({"fall", "", 9, 2});
            found[i].residents.push_back({"1001", 70, 0.25});
          }
          done(std::move(found));
        }});
    ASSERT_TRUE(centre.start());
  }
  void TearDown() override { centre.stop(); }

  static std::string_view token_in(const http::request& in) {
    constexpr std::string_view name = "__Host-varde=";
    const auto cookie = in.header("cookie").value_or("");
    return cookie.starts_with(name) ? cookie.substr(name.size()) : std::string_view{};
  }
  raw_response ask_as(const std::string& user, const std::string& query = "") {
    return centre.send(centre.as(user, "GET", "/api/v1/reports/offenders" + query));
  }

  centre_fixture centre;
  std::vector<report::ledger_reader::job> jobs;  // web thread
  std::unique_ptr<report::reports> figures;
  schema_check schema{VARDE_SOURCE_DIR "/docs/openapi.json"};
};

TEST_F(reports, are_of_ones_own_municipalities_with_their_names_for_things) {
  start();
  const auto r = ask_as("olga");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(schema.wrong("Offenders", r.body), std::vector<std::string>{}) << r.body;
  const auto told = boost::json::parse(r.body);
  ASSERT_EQ(told.at("devices").as_array().size(), 1u);
  EXPECT_EQ(told.at("devices").at(0).at("name").as_string(), "d1 (26001)");
  EXPECT_EQ(told.at("residents").at(0).at("name").as_string(), "Anna Solvang");
  EXPECT_TRUE(told.at("whole").as_bool());
  EXPECT_TRUE(centre.was_audited("9901", "olga", "read_offenders", "done"));
}

TEST_F(reports, of_several_municipalities_are_one_list_the_worst_first) {
  start();
  const auto told = boost::json::parse(ask_as("both").body);
  ASSERT_EQ(told.at("devices").as_array().size(), 2u);
  EXPECT_EQ(told.at("devices").at(0).at("municipality").as_string(), "9902");
  EXPECT_EQ(told.at("devices").at(0).at("without_action").as_int64(), 4);
}

TEST_F(reports, are_read_once_however_many_ask) {
  start();
  ask_as("olga");
  ask_as("both");
  ask_as("mads");
  centre.on_web_thread([&] {
    ASSERT_EQ(jobs.size(), 2u);
    EXPECT_EQ(jobs[0].municipalities, std::vector<std::string>{"9901"});
    EXPECT_EQ(jobs[1].municipalities, std::vector<std::string>{"9902"});
  });
}

TEST_F(reports, are_for_operators_and_their_municipalitys_administrator) {
  start();
  EXPECT_EQ(ask_as("mads").status, 200);
  EXPECT_EQ(ask_as("rita").status, 403);
  EXPECT_EQ(ask_as("cato").status, 403);
  EXPECT_EQ(centre.send({"GET", "/api/v1/reports/offenders", "", "", "", {}}).status, 401);
  for (const auto* query : {"?days=0", "?days=31", "?days=x"})
    EXPECT_EQ(ask_as("olga", query).status, 400) << query;
}

}  // namespace
}  // namespace varde::test
