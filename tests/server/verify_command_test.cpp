// `varde ledger verify` as an administrator meets it: a good ledger, flawed ones, and vaults beside
// it.
#include "server/verify_command.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "ledger/keys.hpp"
#include "ledger/told_entries.hpp"
#include "ledger/vault_check.hpp"
#include "ledger/writer.hpp"
#include "redis/live_redis.hpp"
#include "varde/ledger/v1/vaulted.pb.h"
#include "vault/log.hpp"

namespace varde::server {
namespace {

using alarm::v1::Entry;
using test::commit_of;
using test::story;

class verify_command : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<test::live_redis>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    connection_ = test::connect(io_, server_->where());
    ASSERT_TRUE(test::ask(io_, *connection_, {"FLUSHALL"}));
    writer_ = std::make_unique<ledger::writer>(*connection_);
    request_.where = server_->where();
  }

  void write(const std::vector<Entry>& entries) {
    std::vector<ledger::commit> commits;
    for (const auto& entry : entries) commits.push_back(commit_of(entry));
    std::optional<std::vector<ledger::commit_result>> results;
    writer_->submit(commits, [&](auto r) { results = std::move(r); });
    ASSERT_TRUE(test::run_until(io_, [&] { return results.has_value(); }));
    for (const auto& result : *results) ASSERT_EQ(result.status, ledger::commit_status::committed);
  }
  void put_into_vault(const std::vector<Entry>& entries) {
    std::vector<std::string> records;
    for (const auto& entry : entries) {
      ledger::v1::VaultedCommit commit;
      commit.set_format(ledger::vaulted_format);
      commit.set_municipality(entry.municipality());
      commit.set_subject(entry.subject());
      commit.set_expected_version(entry.version() - 1);
      *commit.add_entries() = entry;
      records.push_back(commit.SerializeAsString());
    }
    base::metrics figures;
    vault::options options;
    options.directories = {files_.path().string()};
    const auto log = vault::log::open(options, figures);
    ASSERT_TRUE(log);
    (*log)->append(std::move(records), [](auto written) { EXPECT_TRUE(written); });
    request_.vaults = {options.directories};
  }
  /// A case, claimed, with a visit, closed: what a good day looks like.
  void tell_a_case(const std::string& subject, const std::string& signal) {
    const auto c = told_.open(subject, signal);
    told_.claim(c, "kari");
    const auto visit = told_.send(c, "kari", "day");
    told_.move(visit, "anne", alarm::v1::VISIT_STATE_ACCEPTED);
    told_.move(visit, "anne", alarm::v1::VISIT_STATE_DONE);
    told_.close(c, "kari");
  }
  int verify() {
    out_.str("");
    errors_.str("");
    return run_verify(request_, out_, errors_);
  }
  bool says(const std::string& text) const { return out_.str().find(text) != std::string::npos; }

  static inline std::unique_ptr<test::live_redis> server_;
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> connection_;
  std::unique_ptr<ledger::writer> writer_;
  test::scratch_directory files_;
  story told_;
  verify_request request_;
  std::ostringstream out_, errors_;
};

TEST_F(verify_command, a_good_ledger_is_whole_and_said_of_what) {
  tell_a_case("r-1", "1/1");
  tell_a_case("r-2", "2/1");
  write(told_.entries());
  EXPECT_EQ(verify(), 0) << out_.str();
  EXPECT_TRUE(
      says("9901: 12 entries of 2 subjects; 2 cases (0 open), 2 signals, 10 commands, "
           "2 visits."))
      << out_.str();
  EXPECT_TRUE(says("Whole: "));
}

TEST_F(verify_command, an_empty_redis_is_whole) {
  EXPECT_EQ(verify(), 0);
  EXPECT_TRUE(says("centre: 0 entries of 0 subjects"));
}

TEST_F(verify_command, two_owners_are_named_with_their_place) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.claim(c, "ole");
  write(told_.entries());
  const auto key = ledger::ledger_key(story::municipality);
  const auto newest = test::ask(io_, *connection_, {"XREVRANGE", key, "+", "-", "COUNT", "1"});
  const auto id = newest->elements[0].elements[0].text;
  EXPECT_EQ(verify(), 1);
  EXPECT_TRUE(says("1 flaw:\n  9901 at " + id +
                   ", subject r-1, version 3: the case has an owner already: kari owns it, ole "
                   "claimed it.\n"))
      << out_.str();
}

TEST_F(verify_command, a_signal_in_two_municipalities_is_found) {
  told_.open("r-1", "1/1");
  told_.open("r-2", "1/1");
  told_.entries()[1].set_municipality("9902");
  write(told_.entries());
  EXPECT_EQ(verify(), 1);
  EXPECT_TRUE(says("the signal is in the ledger twice")) << out_.str();
}

TEST_F(verify_command, a_changed_entry_breaks_the_chain) {
  tell_a_case("r-1", "1/1");
  for (const auto& entry : told_.entries()) write({entry});
  const auto key = ledger::ledger_key(story::municipality);
  const auto first = test::ask(io_, *connection_, {"XRANGE", key, "-", "+", "COUNT", "1"});
  ASSERT_TRUE(test::ask(io_, *connection_, {"XDEL", key, first->elements[0].elements[0].text}));
  EXPECT_EQ(verify(), 1);
  EXPECT_TRUE(says("the hash does not follow from the entry before")) << out_.str();
}

TEST_F(verify_command, one_municipality_alone_is_read_alone) {
  told_.open("r-1", "1/1");
  told_.open("r-2", "1/1");
  told_.entries()[1].set_municipality("9902");
  write(told_.entries());
  request_.municipality = "9901";
  EXPECT_EQ(verify(), 0) << out_.str();
  EXPECT_FALSE(says("9902"));
}

TEST_F(verify_command, a_vault_whose_entries_are_all_there_is_counted) {
  tell_a_case("r-1", "1/1");
  write(told_.entries());
  put_into_vault(told_.entries());
  EXPECT_EQ(verify(), 0) << out_.str();
  EXPECT_TRUE(says(": 6 records.\n")) << out_.str();
  EXPECT_TRUE(
      says("6 entries in the vaults: 6 in the ledger as they are, 0 decided again there, "
           "0 lost."))
      << out_.str();
}

TEST_F(verify_command, what_redis_forgot_is_named) {
  tell_a_case("r-1", "1/1");
  tell_a_case("r-2", "2/1");
  write({told_.entries().begin(), told_.entries().begin() + 6});
  put_into_vault(told_.entries());
  EXPECT_EQ(verify(), 1);
  EXPECT_TRUE(says("the vault holds a signal that is nowhere in the ledger: scaip/2/1"))
      << out_.str();
  EXPECT_TRUE(says("6 flaws:"));
}

TEST_F(verify_command, json_says_the_same_to_programs) {
  told_.open("r-1", "1/1");
  told_.open("r-2", "1/1");
  write(told_.entries());
  request_.json = true;
  EXPECT_EQ(verify(), 1);
  EXPECT_TRUE(says(R"("whole":false)")) << out_.str();
  EXPECT_TRUE(says(R"("flaws_total":1)"));
  EXPECT_TRUE(says(R"("subject":"r-2","version":1,"code":"signal_twice")")) << out_.str();
}

TEST_F(verify_command, a_vault_that_is_not_there_is_said_so) {
  request_.vaults = {{(files_.path() / "none").string()}};
  EXPECT_EQ(verify(), 2);
  EXPECT_NE(errors_.str().find("can't be read"), std::string::npos) << errors_.str();
}

}  // namespace
}  // namespace varde::server
