// The log as the core sees it: order, promises, bounds, and reading back.
#include "vault/log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>
#include <latch>
#include <thread>

#include "vault/inspect.hpp"
#include "vault/vault_fixture.hpp"

namespace varde::vault {
namespace {

using namespace test;

class vault_log : public testing::Test {
 protected:
  scratch_directory scratch_{quick_place()};
  std::string home_ = scratch_ / "vault";
  base::metrics figures_;
  options given_ = small_options({home_});
};

TEST_F(vault_log, what_was_appended_is_there_after_a_restart_and_sequences_go_on) {
  {
    const auto vault = open_log(given_, figures_);
    EXPECT_EQ(*append(*vault, {"a", "b"}), 2u);
    EXPECT_EQ(*append(*vault, {""}), 3u);
    EXPECT_EQ(read_all(*vault), (contents{{1, "a"}, {2, "b"}, {3, ""}}));
  }
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().records, 3u);
  EXPECT_EQ(vault->recovered().first, 1u);
  EXPECT_EQ(vault->recovered().last, 3u);
  EXPECT_EQ(vault->recovered().torn_bytes_cut, 0u);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(*append(*vault, {"c"}), 4u);
  EXPECT_EQ(read_all(*vault), (contents{{1, "a"}, {2, "b"}, {3, ""}, {4, "c"}}));
  EXPECT_EQ(read_all(*vault, 3), (contents{{3, ""}, {4, "c"}}));
}

TEST_F(vault_log, many_restarts_take_no_more_room_than_their_records) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(append(*open_log(given_, figures_), {"x"}));
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(read_all(*vault).size(), 20u);
  EXPECT_LE(vault->state().bytes, 20 * 2 * block_bytes + 2 * given_.segment_bytes);
}

TEST_F(vault_log, records_spread_over_segments_are_read_in_order_by_anybody_while_it_is_written) {
  constexpr sequence total = 600;
  const auto vault = open_log(given_, figures_);
  std::promise<void> all_done;
  std::jthread reader([&](const std::stop_token& stop) {
    while (!stop.stop_requested())
      for (const auto& [number, payload] : read_all(*vault))
        ASSERT_EQ(payload, std::to_string(number) + std::string(500, '.'));
  });
  for (sequence i = 1; i <= total; ++i)
    vault->append({std::to_string(i) + std::string(500, '.')}, [&, i](base::result<sequence> r) {
      EXPECT_EQ(*r, i);
      if (i == total) all_done.set_value();
    });
  all_done.get_future().get();
  reader.request_stop();
  reader.join();
  EXPECT_EQ(read_all(*vault).size(), total);
  EXPECT_GE(segments_in(home_).size(), 4u);
}

TEST_F(vault_log, answers_come_once_each_in_order_and_the_end_waits_for_them) {
  std::vector<sequence> answers;
  {
    const auto vault = open_log(given_, figures_);
    for (int i = 0; i < 1000; ++i)
      vault->append({"x", "y"}, [&](base::result<sequence> r) { answers.push_back(*r); });
  }
  ASSERT_EQ(answers.size(), 1000u);
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], 2 * (i + 1));
}

TEST_F(vault_log, the_end_comes_at_once_also_right_after_an_append) {
  const auto begin = std::chrono::steady_clock::now();
  sequence last = 0;
  for (int i = 0; i < 20; ++i)
    open_log(given_, figures_)->append({"x"}, [&](base::result<sequence> r) { last = *r; });
  EXPECT_EQ(last, 20u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
}

TEST_F(vault_log, what_waits_meanwhile_is_written_together) {
  const auto vault = open_log(given_, figures_);
  std::promise<void> first_written, go_on;
  std::vector<sequence> answers;
  vault->append({"first"}, [&](base::result<sequence>) {
    first_written.set_value();
    go_on.get_future().wait();
  });
  first_written.get_future().wait();
  for (int i = 0; i < 50; ++i)
    vault->append({"later"}, [&](base::result<sequence> r) { answers.push_back(*r); });
  go_on.set_value();
  EXPECT_EQ(*append(*vault, {}), 51u);
  EXPECT_EQ(answers.size(), 50u);
  EXPECT_NE(figures_.render().find("varde_vault_writes_total 2\n"), std::string::npos);
}

TEST_F(vault_log, more_than_may_wait_is_refused_in_turn_and_taken_again_later) {
  given_.waiting_bytes_max = 20'000;
  const auto vault = open_log(given_, figures_);
  std::promise<void> first_written, go_on;
  std::vector<base::result<sequence>> answers;
  const auto keep = [&](base::result<sequence> r) { answers.push_back(r); };
  vault->append({"first"}, [&](base::result<sequence>) {
    first_written.set_value();
    go_on.get_future().wait();
  });
  first_written.get_future().wait();
  vault->append({std::string(10'000, 'a')}, keep);
  vault->append({std::string(10'000, 'b')}, keep);
  vault->append({"small"}, keep);
  go_on.set_value();
  EXPECT_EQ(*append(*vault, {}), 3u);
  EXPECT_EQ(*append(*vault, {std::string(10'000, 'c')}), 4u);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(*answers[0], 2u);
  EXPECT_EQ(answers[1].error(), errc::overloaded);
  EXPECT_EQ(*answers[2], 3u);
}

TEST_F(vault_log, an_append_fits_into_a_segment_or_is_refused) {
  const auto vault = open_log(given_, figures_);
  const auto most = given_.segment_bytes - block_bytes - record_header_bytes;
  EXPECT_TRUE(append(*vault, {std::string(most, 'x')}));
  EXPECT_EQ(append(*vault, {std::string(most + 1, 'x')}).error(), errc::too_large);
  EXPECT_TRUE(append(*vault, {std::string(most, 'y')}));
  EXPECT_FALSE(vault->degraded());
}

TEST_F(vault_log, two_logs_never_share_a_directory) {
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(log::open(given_, figures_).error(), errc::in_use);
}

TEST_F(vault_log, a_directory_that_cannot_be_is_said_at_the_start) {
  given_.directories = {"/proc/no-vault-here"};
  EXPECT_EQ(log::open(given_, figures_).error(), errc::no_directory);
}

TEST_F(vault_log, a_spare_is_used_if_the_first_directory_cannot_be) {
  given_.directories = {"/proc/no-vault-here", home_};
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(append(*vault, {"x"}));
  EXPECT_TRUE(vault->state().on_spare);
  EXPECT_FALSE(vault->degraded());
  EXPECT_NE(vault->state().reason.find("/proc/no-vault-here"), std::string::npos);
}

TEST_F(vault_log, files_and_directories_are_for_their_owner_only) {
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(append(*vault, {"x"}));
  for (const auto& entry : fs::recursive_directory_iterator(scratch_ / "")) {
    struct stat about {};
    ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, entry.is_directory() ? 0700u : 0600u) << entry.path();
  }
}

TEST_F(vault_log, it_can_be_inspected_from_outside_while_it_runs) {
  const auto vault = open_log(given_, figures_);
  append(*vault, {"a", "b"}).value();
  contents seen;
  const auto found = inspect({home_}, [&](sequence n, base::wall_time, std::string_view payload) {
    seen.emplace(n, payload);
  });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fault, "");
  EXPECT_EQ(found->records, 2u);
  EXPECT_EQ(seen, (contents{{1, "a"}, {2, "b"}}));
  EXPECT_EQ(inspect({scratch_ / "elsewhere"}, {}).error(), errc::unreadable);
}

}  // namespace
}  // namespace varde::vault
