// The first people of a centre, made from the command line against a real Redis.
#include "server/account_command.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>

#include "redis/server_process.hpp"
#include "registry/account_store.hpp"
#include "registry/password.hpp"
#include "server/blocking_store.hpp"

using namespace varde;

namespace {

class account_command : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "varde-account-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    auto started = redis::server_process::start(directory);
    ASSERT_TRUE(started) << started.error().sentence;
    redis = std::move(*started);
    request.where = redis->where();
    request.user = "kari";
  }
  void TearDown() override {
    redis.reset();
    std::filesystem::remove_all(directory);
  }

  int run(const std::string& password) {
    std::istringstream in{password};
    errors.str("");
    return server::run_account(request, in, out, errors);
  }

  std::vector<registry::v1::Account> accounts() {
    server::blocking_store store{redis->where()};
    EXPECT_TRUE(store.connect());
    auto held = store.wait_for<registry::stored_accounts>(
        [](auto& connection, auto done) { registry::load_accounts(connection, std::move(done)); });
    EXPECT_TRUE(held);
    return held ? held->accounts : std::vector<registry::v1::Account>{};
  }

  std::filesystem::path directory;
  std::unique_ptr<redis::server_process> redis;
  server::account_request request;
  std::ostringstream out, errors;
};

}  // namespace

TEST_F(account_command, makes_an_account_that_holds_no_password) {
  request.name = "Kari Vakt";
  request.role = "operator";
  request.municipalities = {"9901"};
  ASSERT_EQ(run("lang-nok-frase-for-kari\n"), 0) << errors.str();
  const auto made = accounts();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].role(), registry::v1::ROLE_OPERATOR);
  EXPECT_TRUE(registry::password_matches(made[0].password_hash(), "lang-nok-frase-for-kari"));
  EXPECT_EQ(made[0].password_hash().find("frase"), std::string::npos);
}

TEST_F(account_command, changes_what_is_named_and_keeps_the_rest) {
  request.name = "Kari Vakt";
  request.role = "operator";
  ASSERT_EQ(run("lang-nok-frase-for-kari\n"), 0);
  server::account_request disabling;
  disabling.where = request.where;
  disabling.user = "kari";
  disabling.disable = true;
  request = disabling;
  ASSERT_EQ(run(""), 0) << errors.str();
  const auto made = accounts();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_TRUE(made[0].disabled());
  EXPECT_EQ(made[0].name(), "Kari Vakt");
  EXPECT_TRUE(registry::password_matches(made[0].password_hash(), "lang-nok-frase-for-kari"));
}

TEST_F(account_command, enrols_a_second_factor_and_prints_it_once) {
  request.name = "Kari Vakt";
  request.role = "centre_administrator";
  request.totp = true;
  ASSERT_EQ(run("lang-nok-frase-for-kari\n"), 0);
  const auto made = accounts();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].totp_secret().size(), 32u);
  EXPECT_NE(out.str().find(made[0].totp_secret()), std::string::npos);
}

TEST_F(account_command, refuses_what_would_not_do_and_writes_nothing) {
  request.name = "Kari Vakt";
  request.role = "operator";
  EXPECT_EQ(run(""), 1);
  EXPECT_EQ(run("kort\n"), 1);
  request.role = "king";
  EXPECT_EQ(run("lang-nok-frase-for-kari\n"), 1);
  request.role = "operator";
  request.teams = {"natt"};
  EXPECT_EQ(run("lang-nok-frase-for-kari\n"), 1);
  request.user = "Kari Vakt";
  EXPECT_EQ(run("lang-nok-frase-for-kari\n"), 1);
  EXPECT_TRUE(accounts().empty());
}
