// Compare and append against a real server: committed, stale, mixed, split, and the chain that ties
// it together.
#include "ledger/writer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"
#include "ledger/read.hpp"
#include "ledger/snapshot.hpp"
#include "ledger/verify.hpp"

namespace varde::ledger {
namespace {

using test::ask;
using test::commit_of;

class writer_test : public test::ledger_fixture {};

TEST_F(writer_test, a_commit_from_the_right_version_is_appended) {
  const auto results = submit({commit_of(municipality_, "r-1", 0)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status, commit_status::committed);
  EXPECT_EQ(results[0].version, 1u);
}

TEST_F(writer_test, a_stale_commit_writes_nothing_and_hears_the_version_now) {
  submit({commit_of(municipality_, "r-1", 0, 3)});
  const auto results = submit({commit_of(municipality_, "r-1", 2)});
  EXPECT_EQ(results[0].status, commit_status::stale);
  EXPECT_EQ(results[0].version, 3u);
  EXPECT_EQ(ask(io_, *connection_, {"XLEN", ledger_key(municipality_)})->integer, 3);
}

TEST_F(writer_test, in_one_batch_each_commit_is_decided_by_itself_in_order) {
  const auto results = submit({
      commit_of(municipality_, "r-1", 0),
      commit_of(municipality_, "r-1", 0),
      commit_of(municipality_, "r-1", 1),
      commit_of(municipality_ + "-b", "r-1", 0, 2),
      commit_of(municipality_, "r-2", 7),
      commit_of(municipality_, "r-3", 0, 2),
  });
  ASSERT_EQ(results.size(), 6u);
  using enum commit_status;
  const std::vector<std::pair<commit_status, std::uint64_t>> expected{
      {committed, 1}, {stale, 1}, {committed, 2}, {committed, 2}, {stale, 0}, {committed, 2}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(results[i].status, expected[i].first) << i;
    EXPECT_EQ(results[i].version, expected[i].second) << i;
  }
}

TEST_F(writer_test, a_submit_beyond_one_call_is_split_and_answered_in_order) {
  std::vector<commit> commits;
  for (std::size_t i = 0; i < 3 * call_entries_max + 7; ++i)
    commits.push_back(commit_of(municipality_, "r-1", i));
  const auto results = submit(std::move(commits));
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].status, commit_status::committed) << i;
    EXPECT_EQ(results[i].version, i + 1);
  }
}

TEST_F(writer_test, an_empty_batch_is_answered) { EXPECT_TRUE(submit({}).empty()); }

TEST_F(writer_test, of_two_writers_on_one_subject_exactly_one_wins_each_version) {
  const auto other_connection = test::connect(io_, server_->where());
  writer other(*other_connection);
  for (std::uint64_t version = 0; version < 50; ++version) {
    int committed = 0, answered = 0;
    const auto count = [&](std::vector<commit_result> results) {
      ++answered;
      committed += results[0].status == commit_status::committed;
    };
    writer_->submit({commit_of(municipality_, "r-1", version)}, count);
    other.submit({commit_of(municipality_, "r-1", version)}, count);
    ASSERT_TRUE(test::run_until(io_, [&] { return answered == 2; }));
    ASSERT_EQ(committed, 1) << "version " << version;
  }
}

TEST_F(writer_test, a_commit_that_contradicts_its_entries_is_not_written) {
  auto wrong_version = commit_of(municipality_, "r-1", 4);
  wrong_version.expected_version = 0;
  auto wrong_subject = commit_of(municipality_, "r-1", 0);
  wrong_subject.subject = "r-2";
  const auto results = submit({wrong_version, commit_of(municipality_, "r-3", 0), wrong_subject});
  EXPECT_EQ(results[0].status, commit_status::failed);
  EXPECT_EQ(results[1].status, commit_status::committed);
  EXPECT_EQ(results[2].status, commit_status::failed);
  EXPECT_EQ(ask(io_, *connection_, {"XLEN", ledger_key(municipality_)})->integer, 1);
}

TEST_F(writer_test, without_a_connection_every_commit_fails) {
  connection_->stop();
  const auto results =
      submit({commit_of(municipality_, "r-1", 0), commit_of(municipality_ + "-b", "r-1", 0)});
  ASSERT_EQ(results.size(), 2u);
  for (const auto& result : results) EXPECT_EQ(result.status, commit_status::failed);
}

TEST_F(writer_test, the_documented_rights_are_enough) {
  redis::arguments account{"ACL", "SETUSER", "ledger", "on", ">s3cret", "~v:*"};
  std::istringstream rights(
      "+role +ping +function|load +fcall +fcall_ro +get +set +llen +lrange +rpush +xadd +xrange "
      "+xrevrange +xread +hset +hmget +multi +exec");
  for (std::string right; rights >> right;) account.push_back(right);
  ASSERT_TRUE(ask(io_, *connection_, account));
  auto where = server_->where();
  where.user = "ledger";
  where.password = "s3cret";
  connection_ = test::connect(io_, where);
  writer_ = std::make_unique<writer>(*connection_);
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0, 2)})[0].status, commit_status::committed);
  EXPECT_TRUE(wait_for<base::result<std::vector<alarm::v1::Entry>>>([&](auto done) {
    read_subject(*connection_, municipality_, "r-1", 1, newest_version, std::move(done));
  }));
  EXPECT_FALSE(wait_for<base::error_code>(
      [&](auto done) { save_snapshot(*connection_, municipality_, {}, std::move(done)); }));
  EXPECT_TRUE(wait_for<base::result<chain_report>>(
      [&](auto done) { verify_chain(*connection_, municipality_, std::move(done)); }));
}

TEST_F(writer_test, a_flushed_function_is_loaded_again) {
  ASSERT_TRUE(ask(io_, *connection_, {"FUNCTION", "FLUSH"}));
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0)})[0].status, commit_status::failed);
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0)})[0].status, commit_status::committed);
}

}  // namespace
}  // namespace varde::ledger
