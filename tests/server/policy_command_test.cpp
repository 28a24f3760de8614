// `varde policy import` and `show` as an administrator meets them.
#include "server/policy_command.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "redis/live_redis.hpp"
#include "registry/set_store.hpp"
#include "server/import_command.hpp"

namespace varde::server {
namespace {

constexpr const char* small_set = R"({"municipality": {"id": "9901", "name": "Fjordvik"},
"teams": [{"id": "night", "name": "Nattvakt", "staffed": true}],
"policy": {"answer_target_s": 45}})";

class policy_command : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<test::live_redis>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    connection_ = test::connect(io_, server_->where());
    ASSERT_TRUE(test::ask(io_, *connection_, {"FLUSHALL"}));
    ASSERT_EQ(run_import({write("set.json", small_set), server_->where(), false}, out_, errors_), 0)
        << errors_.str();
  }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = files_.path() / name;
    std::ofstream{path} << text;
    return path.string();
  }
  int import(const std::string& policy, const std::string& municipality = "9901",
             bool check_only = false) {
    out_.str("");
    errors_.str("");
    return run_policy_import({write("p.json", policy), municipality, server_->where(), check_only},
                             out_, errors_);
  }
  int show(const std::string& municipality, std::uint64_t version = 0, bool effective = false) {
    out_.str("");
    errors_.str("");
    return run_policy_show({municipality, server_->where(), version, effective}, out_, errors_);
  }
  registry::v1::MunicipalitySet stored(const std::string& municipality = "9901") {
    std::optional<base::result<registry::stored_set>> got;
    registry::load_set(*connection_, municipality, [&](auto set) { got = std::move(set); });
    EXPECT_TRUE(test::run_until(io_, [&] { return got.has_value(); }));
    return got->value().set;
  }

  static inline std::unique_ptr<test::live_redis> server_;
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> connection_;
  test::scratch_directory files_;
  std::ostringstream out_, errors_;
};

TEST_F(policy_command, a_policy_is_a_new_version_of_the_set_with_the_rest_unchanged) {
  ASSERT_EQ(import(R"({"answer_target_s": 30})"), 0) << errors_.str();
  EXPECT_EQ(out_.str(), "imported the policy of 9901 Fjordvik: 0 rules; version 2\n");
  EXPECT_EQ(stored().version(), 2u);
  EXPECT_EQ(stored().policy().answer_target_s(), 30u);
  EXPECT_EQ(stored().teams_size(), 1);
}

TEST_F(policy_command, what_is_wrong_is_said_with_its_line_and_changes_nothing) {
  EXPECT_EQ(import(R"({"rules": [
{"id": "door", "reason": "r", "hold": {"wait_s": 0}}],
"visit_escalation": [{"after_s": 60, "to": "team:9902/day"}]})"),
            1);
  EXPECT_NE(errors_.str().find("p.json:2: rule door: wait_s must be 1 to 3600"), std::string::npos)
      << errors_.str();
  EXPECT_NE(errors_.str().find("p.json:3: team 9902/day is in no municipality's set"),
            std::string::npos)
      << errors_.str();
  EXPECT_EQ(stored().version(), 1u);
}

TEST_F(policy_command, checking_only_writes_nothing) {
  EXPECT_EQ(import(R"({"answer_target_s": 30})", "9901", true), 0);
  EXPECT_EQ(out_.str(), "good for 9901 Fjordvik: 0 rules\n");
  EXPECT_EQ(stored().version(), 1u);
}

TEST_F(policy_command, shared_defaults_stand_in_the_centres_set_and_count_where_nothing_else_does) {
  ASSERT_EQ(import(R"({"answer_target_s": 90, "answer_limit_s": 240})", "centre"), 0)
      << errors_.str();
  EXPECT_EQ(out_.str(), "imported the policy of the shared defaults: 0 rules; version 1\n");
  EXPECT_EQ(stored("centre").policy().answer_limit_s(), 240u);
  ASSERT_EQ(show("9901", 0, true), 0);
  EXPECT_EQ(out_.str(), "{\"answer_target_s\": 45, \"answer_limit_s\": 240}\n");
}

TEST_F(policy_command, shared_defaults_may_not_name_a_municipalitys_people_or_teams) {
  EXPECT_EQ(import(R"({"answer_escalation": [{"after_s": 60, "to": "team:night"}]})", "centre"), 1);
  EXPECT_NE(errors_.str().find("team \"night\" is not in the set"), std::string::npos);
}

TEST_F(policy_command, what_is_shown_can_be_imported_again) {
  ASSERT_EQ(import(R"({"rules": [{"id": "door", "reason": "Åpne dører lukkes igjen",
"match": {"device_kinds": ["door_sensor"], "kinds": ["door"], "from": "22:00", "to": "06:00",
"days": [6, 7]}, "hold": {"wait_s": 60}},
{"id": "mend", "reason": "r", "route": {"list": "technicians"}}],
"outage": {"chance_max": 0.000001}, "supervision": [{"off": true}]})"),
            0)
      << errors_.str();
  const auto before = stored().policy().SerializeAsString();
  ASSERT_EQ(show("9901"), 0);
  const auto shown = out_.str();
  ASSERT_EQ(import(shown), 0) << errors_.str() << shown;
  EXPECT_EQ(stored().policy().SerializeAsString(), before) << shown;
}

TEST_F(policy_command, an_older_version_is_kept_and_shown) {
  ASSERT_EQ(import(R"({"answer_target_s": 30})"), 0);
  ASSERT_EQ(show("9901", 1), 0);
  EXPECT_EQ(out_.str(), "{\"answer_target_s\": 45}\n");
  EXPECT_EQ(show("9901", 7), 1);
  EXPECT_NE(errors_.str().find("version 7 of 9901 Fjordvik is not kept"), std::string::npos);
}

TEST_F(policy_command, the_municipality_may_be_left_out_where_there_is_one_and_must_be_known) {
  EXPECT_EQ(show(""), 0);
  EXPECT_EQ(show("9999"), 1);
  EXPECT_EQ(errors_.str(), "municipality 9999 is not in the registry; there are: 9901\n");
}

}  // namespace
}  // namespace varde::server
