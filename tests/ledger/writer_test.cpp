// Compare and append against a real server: committed, stale, fenced, mixed, split, and the chain
// that ties it together.
#include "ledger/writer.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"
#include "ledger/older_node.hpp"
#include "ledger/read.hpp"
#include "ledger/snapshot.hpp"
#include "ledger/verify.hpp"

namespace varde::ledger {
namespace {

using test::ask;
using test::commit_of;
using test::note_of;
using test::older_node;

class writer_test : public test::ledger_fixture {
 protected:
  static commit guarded(commit made, std::string subject, std::uint64_t version) {
    made.guarded_by = guard{std::move(subject), version};
    return made;
  }
  std::uint64_t version_of(const std::string& subject) { return place_of(subject).version; }
  std::int64_t elements() {
    return ask(io_, *connection_, {"XLEN", ledger_key(municipality_)})->integer;
  }
  chain_report verify() {
    const auto report = wait_for<base::result<chain_report>>(
        [&](auto done) { verify_chain(*connection_, municipality_, std::move(done)); });
    EXPECT_TRUE(report);
    return *report;
  }
  std::vector<alarm::v1::Entry> read(const std::string& subject) {
    const auto found = wait_for<base::result<std::vector<alarm::v1::Entry>>>([&](auto done) {
      read_subject(*connection_, municipality_, subject, 1, newest_version, std::move(done));
    });
    EXPECT_TRUE(found);
    return *found;
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
  EXPECT_EQ(elements(), 1);
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
  EXPECT_EQ(version_of("lease"), 3u);
}

TEST_F(writer_test, once_its_guard_has_moved_on_a_commit_is_fenced_and_writes_nothing) {
  submit({commit_of(municipality_, "lease", 0, 3), commit_of(municipality_, "r-1", 0)});
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 1), "lease", 2)});
  EXPECT_EQ(results[0].status, commit_status::fenced);
  EXPECT_EQ(results[0].version, 1u);
  EXPECT_EQ(version_of("r-1"), 1u);
  EXPECT_EQ(elements(), 1);
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

TEST_F(writer_test, what_older_nodes_wrote_is_gone_on_with) {
  older_node first{io_, *connection_, municipality_, 1},
      second{io_, *connection_, municipality_, 2}, third{io_, *connection_, municipality_, 3};
  EXPECT_EQ(*first.commit("r-1", 0), 1);
  EXPECT_EQ(*second.commit("r-1", 1), 1);
  EXPECT_EQ(*third.commit("r-1", 2), 1);
  EXPECT_EQ(*third.commit("r-2", 0), 1);
  EXPECT_FALSE(verify().first);
  const auto results =
      submit({commit_of(municipality_, "r-1", 2), commit_of(municipality_, "r-1", 3),
              commit_of(municipality_, "r-2", 1, 2), commit_of(municipality_, "r-3", 0)});
  EXPECT_EQ(results[0].status, commit_status::stale);
  EXPECT_EQ(results[0].version, 3u);
  for (std::size_t i = 1; i < results.size(); ++i)
    EXPECT_EQ(results[i].status, commit_status::committed) << i;
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 4)})[0].status, commit_status::committed);
  EXPECT_EQ(read("r-1").size(), 5u);
  EXPECT_EQ(read("r-2").size(), 3u);
  const auto report = verify();
  EXPECT_FALSE(report.first);
  EXPECT_EQ(report.entries, 9u);
}

TEST_F(writer_test, a_guard_may_be_a_subject_that_only_older_nodes_wrote_to) {
  older_node older{io_, *connection_, municipality_, 3};
  EXPECT_EQ(*older.commit("lease", 0), 1);
  const auto results = submit({guarded(commit_of(municipality_, "r-1", 0), "lease", 1),
                               guarded(commit_of(municipality_, "r-2", 0), "lease", 2)});
  EXPECT_EQ(results[0].status, commit_status::committed);
  EXPECT_EQ(results[1].status, commit_status::fenced);
}

TEST_F(writer_test, once_we_have_written_older_nodes_are_refused_and_write_nothing) {
  submit({commit_of(municipality_, "r-1", 0)});
  for (const int number : {1, 2, 3}) {
    older_node older{io_, *connection_, municipality_, number};
    EXPECT_FALSE(older.commit("r-1", 1)) << number;
    EXPECT_FALSE(older.commit("r-2", 0)) << number;
  }
  EXPECT_EQ(elements(), 1);
  EXPECT_FALSE(verify().first);
}

TEST_F(writer_test, what_is_appended_together_is_one_element_with_the_hash_of_all) {
  submit({commit_of(municipality_, "r-1", 0, 2), commit_of(municipality_, "r-1", 0),
          commit_of(municipality_, "r-2", 0), commit_of(municipality_, "r-2", 5)});
  const auto all = ask(io_, *connection_, {"XRANGE", ledger_key(municipality_), "-", "+"});
  ASSERT_EQ(all->elements.size(), 1u);
  const auto found = to_stream_element(all->elements[0]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entries.size(), 3u);
  EXPECT_EQ(found->before, "0 \n0 ");
  EXPECT_EQ(found->hash, newest_hash());
}

/// Commits of every kind in every mix, against a reckoning of our own.
TEST_F(writer_test, whatever_the_mix_what_is_committed_is_there_and_nothing_else) {
  std::mt19937 random{20261130};
  const auto below = [&](unsigned n) { return random() % n; };
  std::map<std::string, std::uint64_t> versions;
  for (int round = 0; round < 150; ++round) {
    std::vector<commit> commits;
    std::vector<commit_status> expected;
    for (unsigned i = 0, count = 1 + below(12); i < count; ++i) {
      const auto subject = "r-" + std::to_string(below(6)), other = "r-" + std::to_string(below(6));
      const bool is_stale = below(4) == 0, is_guarded = below(5) == 0, is_fenced = below(2) == 0;
      const auto version = versions[subject] + (is_stale ? 1 : 0);
      commits.push_back(
          commit_of(municipality_, subject, version, 1 + below(3), std::string(below(300), 'x')));
      if (is_guarded)
        commits.back().guarded_by = guard{other, versions[other] + (is_fenced ? 1 : 0)};
      if (is_guarded && is_fenced)
        expected.push_back(commit_status::fenced);
      else if (is_stale)
        expected.push_back(commit_status::stale);
      else
        expected.push_back(commit_status::committed);
      if (expected.back() == commit_status::committed)
        versions[subject] += commits.back().entries.size();
    }
    const auto results = submit(commits);
    for (std::size_t i = 0; i < results.size(); ++i)
      ASSERT_EQ(results[i].status, expected[i]) << "round " << round << ", commit " << i;
  }
  EXPECT_FALSE(verify().first);
  for (const auto& [subject, version] : versions) {
    const auto entries = read(subject);
    ASSERT_EQ(entries.size(), version);
    for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].version(), i + 1);
  }
}

TEST_F(writer_test, a_commit_of_any_number_of_entries_is_appended) {
  constexpr std::size_t many = 9'000;  // after a long outage; more than Lua hands over at a time
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0, many)})[0].status, commit_status::committed);
  EXPECT_EQ(version_of("r-1"), many);
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
  commit wrong_version{municipality_, "r-1"};
  wrong_version.add(note_of(municipality_, "r-1", 5));
  commit wrong_subject{municipality_, "r-2"};
  wrong_subject.add(note_of(municipality_, "r-1", 1));
  commit wrong_municipality{municipality_, "r-4"};
  wrong_municipality.add(note_of("elsewhere", "r-4", 1));
  commit wrong_format{municipality_, "r-5"};
  auto of_the_future = note_of(municipality_, "r-5", 1);
  of_the_future.set_format(entry_format + 1);
  wrong_format.add(of_the_future);
  const auto results = submit({wrong_version, wrong_subject, commit_of(municipality_, "r-3", 0),
                               wrong_municipality, wrong_format});
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_EQ(results[i].status, i == 2 ? commit_status::committed : commit_status::failed) << i;
  EXPECT_EQ(elements(), 1);
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
      "+role +ping +function|load +fcall +fcall_ro +get +del +llen +lrange +xadd +xrange "
      "+xrevrange "
      "+xread +hset +hget +hmget +multi +exec +wait");
  for (std::string right; rights >> right;) account.push_back(right);
  ASSERT_TRUE(ask(io_, *connection_, account));
  auto where = server_->where();
  where.user = "ledger";
  where.password = "s3cret";
  connection_ = test::connect(io_, where);
  writer_ = std::make_unique<writer>(*connection_, writer_options{1, std::chrono::milliseconds{1}});
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0, 2)})[0].status, commit_status::committed);
  EXPECT_EQ(read("r-1").size(), 2u);
  EXPECT_FALSE(wait_for<base::error_code>(
      [&](auto done) { save_snapshot(*connection_, municipality_, {}, std::move(done)); }));
  EXPECT_FALSE(verify().first);
}

TEST_F(writer_test, a_flushed_function_is_loaded_again) {
  ASSERT_TRUE(ask(io_, *connection_, {"FUNCTION", "FLUSH"}));
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0)})[0].status, commit_status::failed);
  EXPECT_EQ(submit({commit_of(municipality_, "r-1", 0)})[0].status, commit_status::committed);
}

}  // namespace
}  // namespace varde::ledger
