// Disks that fail: every error of a write or a sync ends a segment for good, goes to the next
// directory or to whoever appended, and is over when a new file can be made.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <set>

#include "vault/log.hpp"
#include "vault/vault_fixture.hpp"

namespace varde::vault {
namespace {

using namespace test;

class vault_failure : public testing::Test {
 protected:
  vault_failure() {
    given_.files = &files_;
    given_.retry_every = std::chrono::milliseconds{20};
    files_.fault = [this](operation what, const std::string& path) {
      ++operations_;
      // Once failed, a file is not written again: not even by the preparing of another.
      if (what == operation::write) {
        EXPECT_FALSE(failed_.contains(path)) << path;
      }
      const bool fails = what == failing_ && error_ != 0 && is_under(path, failing_under_);
      if (fails && (what == operation::write || what == operation::sync)) failed_.insert(path);
      return fails ? error_.load() : 0;
    };
  }
  void let_fail(operation what, int error) {
    failing_ = what;
    error_ = error;
  }
  void mend() { error_ = 0; }

  scratch_directory scratch_{quick_place()};
  std::string first_ = scratch_ / "first", spare_ = scratch_ / "spare";
  std::string failing_under_ = first_;
  std::atomic<operation> failing_ = operation::write;
  std::atomic<int> error_ = 0;
  std::atomic<int> operations_ = 0;
  std::set<std::string> failed_;
  faulty_files files_;
  base::metrics figures_;
  options given_ = small_options({first_});
};

TEST_F(vault_failure, a_failed_write_is_reported_and_ends_when_a_new_segment_can_be_made) {
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(*append(*vault, {"before"}), 1u);
  let_fail(operation::write, EIO);
  EXPECT_EQ(append(*vault, {"lost"}).error(), errc::failed);
  const auto bad = vault->state();
  EXPECT_TRUE(bad.degraded);
  EXPECT_TRUE(vault->degraded());
  EXPECT_NE(bad.reason.find("Input/output error"), std::string::npos) << bad.reason;
  EXPECT_NE(bad.since, base::wall_time{});
  EXPECT_NE(figures_.render().find("varde_vault_degraded 1\n"), std::string::npos);
  mend();
  ASSERT_TRUE(eventually([&] { return !vault->degraded(); }));
  EXPECT_EQ(vault->state().reason, "");
  EXPECT_EQ(*append(*vault, {"after"}), 2u);
  EXPECT_EQ(read_all(*vault), (contents{{1, "before"}, {2, "after"}}));
}

TEST_F(vault_failure, while_degraded_appends_fail_without_touching_the_disk) {
  given_.retry_every = std::chrono::hours{1};
  const auto vault = open_log(given_, figures_);
  let_fail(operation::write, EIO);
  EXPECT_FALSE(append(*vault, {"lost"}));
  mend();
  const int before = operations_;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(append(*vault, {"x"}).error(), errc::failed);
  EXPECT_EQ(operations_, before);
}

TEST_F(vault_failure, a_full_disk_says_full) {
  const auto vault = open_log(given_, figures_);
  let_fail(operation::write, ENOSPC);
  EXPECT_EQ(append(*vault, {"lost"}).error(), errc::full);
  EXPECT_TRUE(vault->degraded());
}

TEST_F(vault_failure, a_disk_that_is_full_at_the_start_degrades_and_recovers) {
  let_fail(operation::allocate, ENOSPC);
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->state().degraded);
  EXPECT_EQ(append(*vault, {"lost"}).error(), errc::full);
  mend();
  EXPECT_TRUE(eventually([&] { return append(*vault, {"x"}).has_value(); }));
}

TEST_F(vault_failure, if_only_the_next_segment_cannot_be_made_appends_go_on_with_a_reason) {
  let_fail(operation::allocate, ENOSPC);
  error_ = 0;
  const auto vault = open_log(given_, figures_);
  error_ = ENOSPC;
  ASSERT_TRUE(append(*vault, {std::string(20'000, 'x')}));
  ASSERT_TRUE(append(*vault, {std::string(10'000, 'x')}));
  // The second segment may have been prepared before the disk was full; then the third is not.
  while (vault->state().reason.empty()) ASSERT_TRUE(append(*vault, {std::string(10'000, 'x')}));
  EXPECT_FALSE(vault->degraded());
  EXPECT_NE(vault->state().reason.find("No space left"), std::string::npos);
  mend();
  EXPECT_TRUE(eventually([&] { return vault->state().reason.empty(); }));
}

TEST_F(vault_failure, a_failed_sync_ends_that_file_and_another_is_made) {
  let_fail(operation::sync, EIO);
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->degraded());
  mend();
  ASSERT_TRUE(eventually([&] { return !vault->degraded(); }));
  EXPECT_TRUE(append(*vault, {"x"}));
  ASSERT_FALSE(failed_.empty());
  EXPECT_FALSE(fs::exists(*failed_.begin()));
}

TEST_F(vault_failure, with_a_spare_directory_nobody_notices_but_the_administrator) {
  given_.directories = {first_, spare_};
  given_.first_again_after = std::chrono::hours{1};
  {
    const auto vault = open_log(given_, figures_);
    EXPECT_EQ(*append(*vault, {"a"}), 1u);
    let_fail(operation::write, EIO);
    EXPECT_EQ(*append(*vault, {"b", "c"}), 3u);
    EXPECT_EQ(*append(*vault, {"d"}), 4u);
    const auto state = vault->state();
    EXPECT_FALSE(state.degraded);
    EXPECT_TRUE(state.on_spare);
    EXPECT_NE(state.reason.find(spare_), std::string::npos);
    EXPECT_EQ(read_all(*vault), (contents{{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}}));
  }
  mend();
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(read_all(*vault), (contents{{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}}));
  EXPECT_FALSE(vault->state().on_spare);
}

TEST_F(vault_failure, a_batch_that_failed_but_reached_the_disk_is_delivered_once) {
  given_.directories = {first_, spare_};
  files_.leaves = [](std::size_t bytes) { return bytes; };
  {
    const auto vault = open_log(given_, figures_);
    EXPECT_TRUE(append(*vault, {"a"}));
    let_fail(operation::write, EIO);
    EXPECT_EQ(*append(*vault, {"b", "c"}), 3u);
  }
  mend();
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().records, 3u);
  EXPECT_EQ(read_all(*vault), (contents{{1, "a"}, {2, "b"}, {3, "c"}}));
}

TEST_F(vault_failure, the_first_directory_is_used_again_when_it_has_had_its_time) {
  given_.directories = {first_, spare_};
  given_.first_again_after = std::chrono::milliseconds{1};
  const auto vault = open_log(given_, figures_);
  let_fail(operation::write, EIO);
  EXPECT_TRUE(append(*vault, {"x"}));
  EXPECT_TRUE(vault->state().on_spare);
  mend();
  EXPECT_TRUE(eventually(
      [&] { return append(*vault, {std::string(30'000, 'x')}) && !vault->state().on_spare; }));
}

TEST_F(vault_failure, when_every_directory_fails_it_degrades_and_says_why) {
  given_.directories = {first_, spare_};
  failing_under_ = fs::path(first_).parent_path();
  const auto vault = open_log(given_, figures_);
  let_fail(operation::write, EIO);
  EXPECT_EQ(append(*vault, {"lost"}).error(), errc::failed);
  EXPECT_TRUE(vault->degraded());
  mend();
  ASSERT_TRUE(eventually([&] { return !vault->degraded(); }));
  EXPECT_EQ(*append(*vault, {"x"}), 1u);
}

TEST_F(vault_failure, unconfirmed_records_are_never_removed_and_confirmed_ones_make_room) {
  given_.bytes_max = 4 * given_.segment_bytes;
  const auto vault = open_log(given_, figures_);
  const std::string payload(20'000, 'x');
  sequence last = 0;
  for (;;) {
    const auto written = append(*vault, {payload});
    if (!written) {
      EXPECT_EQ(written.error(), errc::full);
      break;
    }
    last = *written;
    ASSERT_LE(vault->state().bytes, given_.bytes_max);
  }
  EXPECT_GE(last, 6u);
  EXPECT_TRUE(vault->degraded());
  EXPECT_EQ(read_all(*vault).size(), last);
  vault->confirm(last);
  ASSERT_TRUE(eventually([&] { return !vault->degraded(); }));
  for (int i = 1; i <= 20; ++i) {
    ASSERT_EQ(*append(*vault, {payload}), last + i);
    vault->confirm(last + i);
  }
  EXPECT_LE(vault->state().bytes, given_.bytes_max);
  EXPECT_GT(read_all(*vault).begin()->first, 1u);
  EXPECT_EQ(read_all(*vault).rbegin()->first, last + 20);
}

TEST_F(vault_failure, a_disk_that_does_not_answer_is_said_while_it_lasts) {
  given_.stall_after = std::chrono::milliseconds{5};
  std::promise<void> answers;
  std::atomic<bool> hangs = false;
  files_.fault = [&, answered = answers.get_future().share()](operation, const std::string&) {
    if (hangs) answered.wait();
    return 0;
  };
  const auto vault = open_log(given_, figures_);
  hangs = true;
  std::promise<base::result<sequence>> written;
  vault->append({"x"}, [&](base::result<sequence> r) { written.set_value(r); });
  EXPECT_TRUE(eventually([&] { return vault->degraded(); }));
  EXPECT_NE(vault->state().reason.find("has not answered"), std::string::npos);
  answers.set_value();
  EXPECT_EQ(*written.get_future().get(), 1u);
  EXPECT_TRUE(eventually([&] { return !vault->degraded(); }));
  EXPECT_EQ(vault->state().reason, "");
}

/// Whatever fails and whenever it is started again: what was reported is read back, once, in order,
/// and nothing is taken for corrupt.
TEST(vault_failure_property, what_was_reported_is_kept_through_any_failures_and_restarts) {
  EXPECT_TRUE(rc::check([] {
    const scratch_directory scratch(quick_place());
    faulty_files files;
    std::atomic<unsigned> fails_in_64 = 0;
    std::atomic<unsigned> dice = *rc::gen::arbitrary<unsigned>();
    const auto roll = [&] {
      return (dice = dice * 1'664'525u + 1'013'904'223u) >> 20;  // Numerical Recipes' generator
    };
    files.fault = [&](operation, const std::string&) {
      return roll() % 64 < fails_in_64 ? (roll() % 2 ? EIO : ENOSPC) : 0;
    };
    files.leaves = [&](std::size_t bytes) { return bytes * (roll() % 5) / 4; };

    auto given = small_options({scratch / "first", scratch / "spare"});
    given.files = &files;
    given.retry_every = std::chrono::milliseconds{1};
    given.first_again_after = std::chrono::milliseconds{1};
    contents reported;
    unsigned count = 0;
    for (int restarts = *rc::gen::inRange(1, 4); restarts >= 0; --restarts) {
      base::metrics figures;
      fails_in_64 = 0;
      const auto vault = open_log(given, figures);
      RC_ASSERT(vault->recovered().set_aside.empty());
      const auto kept = read_all(*vault);
      for (const auto& [number, payload] : reported) RC_ASSERT(kept.at(number) == payload);
      // More may have reached the disk than was reported, but only behind it.
      RC_ASSERT(kept.empty() || kept.begin()->first == 1u);
      reported = kept;
      fails_in_64 = *rc::gen::inRange(0u, 12u);
      for (int appends = *rc::gen::inRange(1, 30); appends > 0; --appends) {
        std::vector<std::string> records;
        for (int n = *rc::gen::inRange(1, 4); n > 0; --n)
          records.push_back(std::to_string(++count) + std::string(roll() % 9000, '.'));
        const auto last = append(*vault, records);
        if (!last) continue;
        for (std::size_t i = 0; i < records.size(); ++i)
          RC_ASSERT(reported.emplace(*last - records.size() + 1 + i, records[i]).second);
      }
      fails_in_64 = 0;
      RC_ASSERT(read_all(*vault) == reported);
    }
  }));
}

}  // namespace
}  // namespace varde::vault
