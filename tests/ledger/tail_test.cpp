// Following ledgers as they grow, across a lost connection and while municipalities join.
#include "ledger/tail.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <string>
#include <vector>

#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"

namespace varde::ledger {
namespace {

using test::commit_of;
using test::run_until;

class tail_test : public test::ledger_fixture {
 protected:
  void SetUp() override {
    ledger_fixture::SetUp();
    own_ = test::connect(io_, server_->where());
    tail_ = std::make_unique<tail>(*own_);
  }
  void begin() {
    tail_->start([this](const alarm::v1::Entry& entry,
                        position) { seen_[entry.municipality()].push_back(entry.version()); },
                 [this] { ++batches_; });
  }
  std::shared_ptr<redis::connection> own_;
  std::unique_ptr<tail> tail_;
  std::map<std::string, std::vector<std::uint64_t>> seen_;
  int batches_ = 0;
};

TEST_F(tail_test, it_hands_over_what_was_there_and_what_comes) {
  fill("r-1", 3);
  tail_->add(municipality_, position{});
  begin();
  ASSERT_TRUE(run_until(io_, [&] { return seen_[municipality_].size() == 3; }));
  submit({commit_of(municipality_, "r-1", 3, 2)});
  ASSERT_TRUE(run_until(io_, [&] { return seen_[municipality_].size() == 5; }));
  EXPECT_EQ(seen_[municipality_], (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_GE(batches_, 2);
}

TEST_F(tail_test, it_begins_after_the_given_position) {
  submit({commit_of(municipality_, "r-1", 0, 2)});
  const auto there = place_of("r-1").in->at;
  submit({commit_of(municipality_, "r-1", 2)});
  tail_->add(municipality_, there);
  begin();
  ASSERT_TRUE(run_until(io_, [&] { return !seen_[municipality_].empty(); }));
  EXPECT_EQ(seen_[municipality_], (std::vector<std::uint64_t>{3}));
}

TEST_F(tail_test, a_municipality_added_while_it_waits_is_followed) {
  tail_->add(municipality_, position{});
  begin();
  const auto other = municipality_ + "-b";
  submit({commit_of(municipality_, "r-1", 0), commit_of(other, "r-1", 0)});
  ASSERT_TRUE(run_until(io_, [&] { return seen_[municipality_].size() == 1; }));
  tail_->add(other, position{});
  ASSERT_TRUE(run_until(io_, [&] { return seen_[other].size() == 1; }));
}

TEST_F(tail_test, a_backlog_of_many_pages_comes_whole) {
  fill_one_by_one("r-1", 5 * page_elements_max + 1);
  tail_->add(municipality_, position{});
  begin();
  ASSERT_TRUE(
      run_until(io_, [&] { return seen_[municipality_].size() == 5 * page_elements_max + 1; }));
}

TEST_F(tail_test, after_a_killed_server_it_goes_on_a_minute_before_and_without_gap) {
  test::live_redis mortal;
  const auto connection = test::connect(io_, mortal.where());
  writer write(*connection);
  const auto own = test::connect(io_, mortal.where());
  tail follow(*own);
  std::vector<std::uint64_t> seen;
  follow.add(municipality_, position{});
  follow.start([&](const alarm::v1::Entry& entry, position) { seen.push_back(entry.version()); });
  write.submit({commit_of(municipality_, "r-1", 0, 10)}, [](auto) {});
  ASSERT_TRUE(run_until(io_, [&] { return seen.size() == 10; }));
  ASSERT_EQ(kill(mortal.process().pid(), SIGKILL), 0);
  ASSERT_TRUE(run_until(io_, [&] { return !connection->connected() && !own->connected(); }));
  ASSERT_TRUE(run_until(io_, [&] { return connection->connected() && own->connected(); }));
  write.submit({commit_of(municipality_, "r-1", 10, 10)}, [](auto) {});
  ASSERT_TRUE(run_until(io_, [&] { return seen.back() == 20; }));
  ASSERT_EQ(seen.size(), 30u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(seen[i], i + 1);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(seen[10 + i], i + 1);
}

TEST_F(tail_test, an_unreadable_entry_does_not_hide_the_next) {
  test::ask(io_, *connection_, {"XADD", ledger_key(municipality_), "*", "e", "\xff", "h", ""});
  fill("r-1", 1);
  tail_->add(municipality_, position{});
  begin();
  ASSERT_TRUE(run_until(io_, [&] { return seen_[municipality_].size() == 1; }));
  EXPECT_EQ(tail_->unreadable(), 1u);
}

}  // namespace
}  // namespace varde::ledger
