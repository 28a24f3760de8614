// `varde import` as an administrator meets it: files in, one line or all problems out, Redis
// changed or untouched.
#include "server/import_command.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "redis/live_redis.hpp"
#include "registry/set_store.hpp"

namespace varde::server {
namespace {

constexpr const char* good_set = R"({"municipality": {"id": "9901", "name": "Fjordvik"},
"devices": [{"id": "u1", "protocol": "scaip", "wire_id": "26001", "kind": "safety_alarm",
"state": "stored"}]})";

class importing : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<test::live_redis>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    connection_ = test::connect(io_, server_->where());
    ASSERT_TRUE(test::ask(io_, *connection_, {"FLUSHALL"}));
  }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = files_.path() / name;
    std::ofstream{path} << text;
    return path.string();
  }
  int import(const std::string& path, bool check_only = false) {
    out_.str("");
    errors_.str("");
    return run_import({path, server_->where(), check_only}, out_, errors_);
  }
  registry::stored_set stored() {
    std::optional<base::result<registry::stored_set>> got;
    registry::load_set(*connection_, "9901", [&](auto set) { got = std::move(set); });
    EXPECT_TRUE(test::run_until(io_, [&] { return got.has_value(); }));
    return got->value();
  }

  static inline std::unique_ptr<test::live_redis> server_;
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> connection_;
  test::scratch_directory files_;
  std::ostringstream out_, errors_;
};

TEST_F(importing, a_good_file_is_in_redis_and_its_version_rises) {
  const auto path = write("f.json", good_set);
  EXPECT_EQ(import(path), 0) << errors_.str();
  EXPECT_NE(out_.str().find("imported 9901 Fjordvik"), std::string::npos);
  EXPECT_EQ(stored().set.version(), 1u);
  EXPECT_EQ(import(path), 0);
  EXPECT_EQ(stored().set.version(), 2u);
}

TEST_F(importing, a_bad_file_changes_nothing_and_tells_everything) {
  const auto path = write("f.json", R"({"municipality": {"id": "9901", "name": "Fjordvik"},
"teams": [{"id": "a b", "name": "A"},
{"id": "c", "name": ""}]})");
  EXPECT_EQ(import(path), 1);
  EXPECT_NE(errors_.str().find("f.json:2: team: id must be"), std::string::npos);
  EXPECT_NE(errors_.str().find("f.json:3: team: name is missing"), std::string::npos);
  EXPECT_NE(errors_.str().find("2 problems; nothing was imported"), std::string::npos);
  EXPECT_EQ(stored().position, "0-0");
}

TEST_F(importing, a_wire_id_of_another_municipality_is_refused) {
  ASSERT_EQ(import(write("f.json", good_set)), 0);
  std::string other = good_set;
  other.replace(other.find("9901"), 4, "9902");
  EXPECT_EQ(import(write("n.json", other)), 1);
  EXPECT_NE(errors_.str().find("n.json:2: device: wire_id is already registered"),
            std::string::npos)
      << errors_.str();
}

TEST_F(importing, a_directory_of_csv_files_is_one_set) {
  write("municipality.csv", "id,name\n9901,Fjordvik\n");
  write("teams.csv", "id,name\nday,Dagvakt\n");
  EXPECT_EQ(import(files_.path().string()), 0) << errors_.str();
  EXPECT_EQ(stored().set.teams_size(), 1);
}

TEST_F(importing, files_without_a_policy_leave_the_one_that_counts) {
  const auto with_policy = [](const char* policy) {
    return std::string{R"({"municipality": {"id": "9901", "name": "Fjordvik"})"} + policy + "}";
  };
  ASSERT_EQ(import(write("f.json", with_policy(R"(, "policy": {"answer_target_s": 45})"))), 0);
  EXPECT_EQ(import(write("f.json", with_policy(""))), 0);
  EXPECT_EQ(stored().set.policy().answer_target_s(), 45u);
  EXPECT_EQ(import(write("f.json", with_policy(R"(, "policy": {})"))), 0);
  EXPECT_EQ(stored().set.policy().answer_target_s(), 0u);
}

TEST_F(importing, checking_only_writes_nothing) {
  EXPECT_EQ(import(write("f.json", good_set), true), 0);
  EXPECT_TRUE(out_.str().starts_with("good: 9901 Fjordvik"));
  EXPECT_EQ(stored().position, "0-0");
}

TEST_F(importing, a_file_that_is_not_there_is_said_so) {
  EXPECT_EQ(import((files_.path() / "none.json").string()), 1);
  EXPECT_NE(errors_.str().find("can't read it"), std::string::npos);
}

}  // namespace
}  // namespace varde::server
