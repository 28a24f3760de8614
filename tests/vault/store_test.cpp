// The store by itself, with the time in the test's hand: when old segments go, and how preparing
// keeps ahead of writing.
#include "vault/store.hpp"

#include <gtest/gtest.h>

#include "vault/recovery.hpp"
#include "vault/vault_fixture.hpp"

namespace varde::vault {
namespace {

using namespace test;
using std::chrono::hours;

class vault_store : public testing::Test {
 protected:
  void SetUp() override {
    given_.wall = [this] { return wall_; };
    given_.keep = hours{24};
    given_.files = &files_;
    claimed_ = claim(given_.directories, files_).value();
    recovered_state nothing;
    nothing.usable = claimed_.usable;
    store_ = std::make_unique<store>(given_, files_, std::move(nothing), figures_);
    store_->begin(now_);
  }
  /// A record that fills a segment.
  sequence write_segment() {
    const std::string payload(store_->batch_bytes_max() - record_header_bytes, 'x');
    const std::string_view view = payload;
    return store_->write({&view, 1}, now_).value();
  }
  std::size_t segments() { return segments_in(given_.directories[0]).size(); }

  scratch_directory scratch_{quick_place()};
  options given_ = small_options({scratch_ / "vault"});
  base::wall_time wall_ = base::from_us(1'768'478'400'000'000);
  base::steady_time now_{hours{1}};
  faulty_files files_;
  base::metrics all_;
  instruments figures_{all_};
  claimed_directories claimed_;
  std::unique_ptr<store> store_;
};

TEST_F(vault_store, confirmed_segments_go_when_their_time_is_over) {
  for (int i = 0; i < 4; ++i) write_segment();
  store_->confirm(2);
  wall_ += hours{23};
  store_->prune();
  EXPECT_EQ(segments(), 4u);
  wall_ += hours{1};
  store_->prune();
  EXPECT_EQ(segments(), 2u);
  EXPECT_EQ(store_->load(1).value()->info.first, 3u);
}

TEST_F(vault_store, unconfirmed_segments_stay_however_old) {
  for (int i = 0; i < 4; ++i) write_segment();
  wall_ += hours{24 * 365};
  store_->prune();
  EXPECT_EQ(segments(), 4u);
}

TEST_F(vault_store, the_newest_records_stay_so_that_a_restart_knows_the_sequence) {
  for (int i = 0; i < 4; ++i) write_segment();
  store_->confirm(4);
  wall_ += hours{48};
  store_->prune();
  EXPECT_EQ(segments(), 1u);
  store_.reset();
  recovery_report report;
  const auto again = recover(given_, files_, claimed_.usable, report);
  EXPECT_EQ(again->last, 4u);
  EXPECT_TRUE(report.set_aside.empty());
}

TEST_F(vault_store, a_segment_that_cannot_be_removed_stays_first) {
  for (int i = 0; i < 4; ++i) write_segment();
  store_->confirm(4);
  wall_ += hours{48};
  files_.fault = [](operation what, const std::string&) {
    return what == operation::remove ? EIO : 0;
  };
  store_->prune();
  EXPECT_EQ(store_->load(1).value()->info.first, 1u);
  files_.fault = [](operation, const std::string&) { return 0; };
  store_->prune();
  EXPECT_EQ(segments(), 1u);
}

TEST_F(vault_store, the_next_segment_is_ready_when_this_one_is_half_full) {
  const std::string payload(block_bytes - record_header_bytes, 'x');
  const std::string_view view = payload;
  for (std::size_t used = block_bytes; used < given_.segment_bytes / 2; used += block_bytes) {
    ASSERT_TRUE(store_->write({&view, 1}, now_));
    store_->keep_pace(now_);
  }
  while (store_->prepare_step(now_)) now_ += store_->may_rest(now_);
  EXPECT_EQ(segments(), 2u);
  int creations = 0;
  files_.fault = [&](operation what, const std::string&) {
    creations += what == operation::create;
    return 0;
  };
  write_segment();
  EXPECT_EQ(creations, 0);
}

TEST_F(vault_store, in_spare_time_preparing_takes_its_time) {
  const std::string payload(given_.segment_bytes / 2, 'x');
  const std::string_view view = payload;
  EXPECT_TRUE(store_->prepare_step(now_));
  EXPECT_FALSE(store_->prepare_step(now_));
  const auto rest = store_->may_rest(now_);
  EXPECT_GT(rest.count(), 0);
  EXPECT_FALSE(store_->prepare_step(now_ + rest / 2));
  EXPECT_TRUE(store_->prepare_step(now_ + rest));

  // Need knows no rest.
  ASSERT_TRUE(store_->write({&view, 1}, now_));
  store_->keep_pace(now_);
  EXPECT_EQ(segments(), 2u);
  EXPECT_FALSE(store_->prepare_step(now_ + hours{1}));
  EXPECT_EQ(store_->may_rest(now_), hours{1});
}

TEST_F(vault_store, a_retry_comes_when_it_is_due_and_not_before) {
  files_.fault = [](operation what, const std::string&) {
    return what == operation::write ? EIO : 0;
  };
  const std::string_view view = "x";
  EXPECT_EQ(store_->write({&view, 1}, now_).error(), errc::failed);
  EXPECT_EQ(store_->state(now_).since, wall_);
  files_.fault = [](operation, const std::string&) { return 0; };
  store_->recover_if_due(now_ + given_.retry_every - std::chrono::milliseconds{1});
  EXPECT_TRUE(store_->degraded());
  store_->recover_if_due(now_ + given_.retry_every);
  EXPECT_FALSE(store_->degraded());
}

}  // namespace
}  // namespace varde::vault
