// Compare and append against a real server: committed, stale, fenced, mixed, split, and the chain
// that ties it together.
#include "ledger/writer.hpp"

#include <gtest/gtest.h>

#include <fstream>
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

class writer_test : public test::ledger_fixture {
 protected:
  static commit guarded(commit made, std::string subject, std::uint64_t version) {
    made.guarded_by = guard{std::move(subject), version};
    return made;
  }
  std::int64_t version_of(const std::string& subject) {
    return ask(io_, *connection_, {"LLEN", subject_key(municipality_, subject)})->integer;
  }
};

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

TEST_F(writer_test, a_guarded_commit_is_appended_while_its_guard_holds) {
  submit({commit_of(municipality_, "lease", 0, 3)});
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 0, 2), "lease", 3)});
  EXPECT_EQ(results[0].status, commit_status::committed);
  EXPECT_EQ(results[0].version, 2u);
  EXPECT_EQ(version_of("lease"), 3);
}

TEST_F(writer_test, once_its_guard_has_moved_on_a_commit_is_fenced_and_writes_nothing) {
  submit({commit_of(municipality_, "lease", 0, 3), commit_of(municipality_, "r-1", 0)});
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 1), "lease", 2)});
  EXPECT_EQ(results[0].status, commit_status::fenced);
  EXPECT_EQ(results[0].version, 1u);
  EXPECT_EQ(version_of("r-1"), 1);
  EXPECT_EQ(ask(io_, *connection_, {"XLEN", ledger_key(municipality_)})->integer, 4);
}

TEST_F(writer_test, a_guard_ahead_of_what_the_ledger_holds_fences_too) {
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 0), "lease", 1)});
  EXPECT_EQ(results[0].status, commit_status::fenced);
}

TEST_F(writer_test, whoever_is_fenced_and_stale_hears_that_it_is_fenced) {
  submit({commit_of(municipality_, "r-1", 0, 2)});
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 1), "lease", 7)});
  EXPECT_EQ(results[0].status, commit_status::fenced);
  EXPECT_EQ(results[0].version, 2u);
}

TEST_F(writer_test, a_guard_that_holds_does_not_excuse_a_stale_version) {
  submit({commit_of(municipality_, "lease", 0), commit_of(municipality_, "r-1", 0, 2)});
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 1), "lease", 1)});
  EXPECT_EQ(results[0].status, commit_status::stale);
  EXPECT_EQ(results[0].version, 2u);
}

TEST_F(writer_test, a_guard_sees_what_the_same_batch_appended_before_it) {
  const auto results = submit({
      guarded(commit_of(municipality_, "r-1", 0), "lease", 1),
      commit_of(municipality_, "lease", 0),
      guarded(commit_of(municipality_, "r-1", 0), "lease", 1),
      guarded(commit_of(municipality_, "r-2", 0), "r-1", 1),
      commit_of(municipality_, "lease", 1),
      guarded(commit_of(municipality_, "r-1", 1), "lease", 1),
      commit_of(municipality_, "r-1", 1),
  });
  using enum commit_status;
  const std::vector<commit_status> expected{fenced,    committed, committed, committed,
                                            committed, fenced,    committed};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(results[i].status, expected[i]) << i;
}

TEST_F(writer_test, a_guard_is_of_the_commits_own_municipality) {
  const auto other = municipality_ + "-b";
  submit({commit_of(other, "lease", 0)});
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 0), "lease", 1),
                               guarded(commit_of(other, "r-1", 0), "lease", 1)});
  EXPECT_EQ(results[0].status, commit_status::fenced);
  EXPECT_EQ(results[1].status, commit_status::committed);
}

TEST_F(writer_test, of_two_holders_of_a_lease_only_the_newer_one_writes) {
  const auto other_connection = test::connect(io_, server_->where());
  writer other(*other_connection);
  submit({commit_of(municipality_, "lease", 0)});
  std::optional<std::vector<commit_result>> taken;
  other.submit({commit_of(municipality_, "lease", 1),
                guarded(commit_of(municipality_, "r-1", 0), "lease", 2)},
               [&](auto results) { taken = std::move(results); });
  ASSERT_TRUE(test::run_until(io_, [&] { return taken.has_value(); }));
  const auto woken_up = submit({guarded(commit_of(municipality_, "r-1", 0), "lease", 1),
                                guarded(commit_of(municipality_, "r-1", 1), "lease", 1)});
  EXPECT_EQ(taken->at(1).status, commit_status::committed);
  for (const auto& late : woken_up) EXPECT_EQ(late.status, commit_status::fenced);
}

TEST_F(writer_test, guards_are_kept_when_a_submit_is_split) {
  std::vector<commit> commits{commit_of(municipality_, "lease", 0)};
  for (std::size_t i = 0; i < 2 * call_entries_max; ++i)
    commits.push_back(guarded(commit_of(municipality_, "r-1", i / 2), "lease", 1 + i % 2));
  const auto results = submit(std::move(commits));
  for (std::size_t i = 1; i < results.size(); ++i)
    EXPECT_EQ(results[i].status, i % 2 == 1 ? commit_status::committed : commit_status::fenced)
        << i;
}

TEST_F(writer_test, nodes_of_earlier_versions_write_the_same_ledger_beside_us) {
  for (const std::string version : {"v1", "v2"}) {
    std::ifstream file(VARDE_SOURCE_DIR "/tests/ledger/ledger_" + version + ".lua");
    std::ostringstream text;
    text << file.rdbuf();
    ASSERT_TRUE(ask(io_, *connection_, {"FUNCTION", "LOAD", "REPLACE", text.str()}));
  }
  const auto commit_by = [&](const std::string& function, const redis::arguments& head,
                             std::uint64_t version) {
    redis::arguments command{"FCALL",
                             function,
                             "3",
                             ledger_key(municipality_),
                             chain_key(municipality_),
                             subject_key(municipality_, "r-1"),
                             std::to_string(version)};
    command.insert(command.end(), head.begin(), head.end());
    command.push_back(commit_of(municipality_, "r-1", version).entries[0].SerializeAsString());
    return ask(io_, *connection_, command)->elements[0].integer;
  };
  const auto commit_by_v1 = [&](auto version) {
    return commit_by("varde_commit_v1", {"1"}, version);
  };
  const auto commit_by_v2 = [&](auto version) {
    return commit_by("varde_commit_v2", {"0", "0", "1"}, version);
  };
  EXPECT_EQ(commit_by_v1(0u), 1);
  EXPECT_EQ(
      submit({commit_of(municipality_, "r-1", 1), commit_of(municipality_, "r-1", 2)})[1].status,
      commit_status::committed);
  EXPECT_EQ(commit_by_v1(1u), 0);
  EXPECT_EQ(commit_by_v2(2u), 0);
  EXPECT_EQ(commit_by_v2(3u), 1);
  EXPECT_EQ(commit_by_v1(4u), 1);
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 4)})[0].status, commit_status::stale);
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 5)})[0].status, commit_status::committed);
  const auto report = wait_for<base::result<chain_report>>(
      [&](auto done) { verify_chain(*connection_, municipality_, std::move(done)); });
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->first);
  EXPECT_EQ(report->entries, 6u);
}

TEST_F(writer_test, what_is_appended_together_has_one_hash_with_the_last_of_it) {
  submit({commit_of(municipality_, "r-1", 0, 2), commit_of(municipality_, "r-1", 0),
          commit_of(municipality_, "r-2", 0), commit_of(municipality_, "r-2", 5)});
  const auto all = ask(io_, *connection_, {"XRANGE", ledger_key(municipality_), "-", "+"});
  ASSERT_EQ(all->elements.size(), 3u);
  const auto hash_of = [&](std::size_t i) { return all->elements[i].elements[1].elements[3].text; };
  EXPECT_EQ(hash_of(0), "");
  EXPECT_EQ(hash_of(1), "");
  EXPECT_EQ(hash_of(2), ask(io_, *connection_, {"GET", chain_key(municipality_)})->text);
}

TEST_F(writer_test, a_commit_of_any_number_of_entries_is_appended) {
  constexpr std::size_t many = 9'000;  // after a long outage; more than Lua hands over at a time
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0, many)})[0].status, commit_status::committed);
  EXPECT_EQ(version_of("r-1"), static_cast<std::int64_t>(many));
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
      "+xrevrange +xread +hset +hmget +multi +exec +wait");
  for (std::string right; rights >> right;) account.push_back(right);
  ASSERT_TRUE(ask(io_, *connection_, account));
  auto where = server_->where();
  where.user = "ledger";
  where.password = "s3cret";
  connection_ = test::connect(io_, where);
  writer_ = std::make_unique<writer>(*connection_, writer_options{1, std::chrono::milliseconds{1}});
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
