// The core thread on a real Redis: durable before answered, restored after a restart, and two nodes
// on one ledger.
#include "core/core_thread.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>

#include "board/view.hpp"
#include "redis/server_process.hpp"
#include "triage/signals.hpp"

using namespace varde;

namespace {

constexpr std::chrono::seconds patience{30};

/// What others see of a core: answers and changes, waited for with a deadline.
class observer final : public alarm::answer_sink {
 public:
  void deliver(std::span<const alarm::admission_answer> answers) override {
    const std::lock_guard lock{mutex_};
    for (const auto& a : answers) answered_.push_back(a.ticket);
    changed_.notify_all();
  }
  void see(const board::change_batch& batch) {
    const std::lock_guard lock{mutex_};
    for (const auto& change : batch) cases_[change.now->id()] = change.now;
    changed_.notify_all();
  }
  bool wait_for_answers(std::size_t count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [&] { return answered_.size() >= count; });
  }
  bool wait_for_case(const std::string& id, std::uint32_t signals) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [&] {
      const auto at = cases_.find(id);
      return at != cases_.end() && at->second->signal_count() >= signals;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint64_t> answered_;
  std::map<std::string, board::case_pointer> cases_;
};

core::core_options options_of(const redis::endpoint& redis, std::string name, bool follow_others) {
  core::core_options out;
  out.redis = redis;
  out.follow_others = follow_others;
  const auto beside = std::filesystem::path{redis.unix_path}.parent_path();
  out.vault.directories = {(beside / ("vault-" + name)).string()};
  out.vault.segment_bytes = vault::segment_bytes_min;
  out.node = std::move(name);
  return out;
}

struct running_core {
  running_core(const redis::endpoint& redis, std::string name, bool follow_others)
      : core(options_of(redis, std::move(name), follow_others), lanes, directory, metrics) {
    registry::v1::MunicipalitySet set;
    set.mutable_municipality()->set_id("9901");
    directory.replace(set);
    core.subscribe([this](auto batch) { seen.see(*batch); });
    started = static_cast<bool>(core.start({&seen}));
  }

  void signal(const std::string& id, std::uint64_t ticket, lanes::lane lane = lanes::lane::life) {
    alarm::admission a;
    a.signal = test::signal(id);
    a.municipality = alarm::municipality_id{"9901"};
    a.subject = alarm::resident_subject("1");
    a.known_device = true;
    a.reply = {0, ticket};
    a.received = std::chrono::steady_clock::now();
    a.lane = lane == lanes::lane::life ? alarm::v1::LANE_LIFE : alarm::v1::LANE_TECHNICAL;
    ASSERT_TRUE(lanes.push(lane, std::move(a)));
  }

  base::metrics metrics;
  registry::directory directory;
  lanes::lane_set<alarm::admission> lanes{{1024, 256}};
  observer seen;
  core::core_thread core;
  bool started = false;
};

class core_thread : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "varde-core-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    auto started = redis::server_process::start(directory);
    ASSERT_TRUE(started) << started.error().sentence;
    redis = std::move(*started);
  }
  void TearDown() override {
    redis.reset();
    std::filesystem::remove_all(directory);
  }

  std::filesystem::path directory;
  std::unique_ptr<redis::server_process> redis;
};

}  // namespace

TEST_F(core_thread, answers_a_signal_and_shows_its_case) {
  running_core node{redis->where(), "a", false};
  ASSERT_TRUE(node.started);
  EXPECT_TRUE(node.core.ready());
  node.signal("d/1", 1);
  EXPECT_TRUE(node.seen.wait_for_answers(1));
  EXPECT_TRUE(node.seen.wait_for_case("9901.r-1.1", 1));
}

TEST_F(core_thread, restores_the_board_from_snapshot_and_ledger) {
  {
    running_core first{redis->where(), "a", false};
    ASSERT_TRUE(first.started);
    for (int i = 1; i <= 50; ++i) first.signal("d/" + std::to_string(i), static_cast<unsigned>(i));
    EXPECT_TRUE(first.seen.wait_for_answers(50));
    first.core.stop(std::chrono::seconds{20});
  }
  {
    running_core second{redis->where(), "a", false};
    ASSERT_TRUE(second.started);
    EXPECT_TRUE(second.seen.wait_for_case("9901.r-1.1", 50));
    second.signal("d/50", 1);
    second.signal("d/51", 2);
    EXPECT_TRUE(second.seen.wait_for_answers(2));
  }
  // Stopped by its destructor, which finishes and writes a snapshot too.
  // one.
  running_core third{redis->where(), "a", false};
  ASSERT_TRUE(third.started);
  EXPECT_TRUE(third.seen.wait_for_case("9901.r-1.1", 51));
}

TEST_F(core_thread, finishes_what_the_lanes_hold_before_it_stops) {
  running_core node{redis->where(), "a", false};
  ASSERT_TRUE(node.started);
  for (int i = 1; i <= 200; ++i) node.signal("d/" + std::to_string(i), static_cast<unsigned>(i));
  node.core.stop(std::chrono::seconds{20});
  EXPECT_TRUE(node.seen.wait_for_answers(200));
}

TEST_F(core_thread, a_flood_about_one_resident_is_answered_and_so_is_the_life_alarm_behind_it) {
  running_core node{redis->where(), "a", false};
  ASSERT_TRUE(node.started);
  for (int i = 1; i <= 700; ++i)
    node.signal("d/" + std::to_string(i), static_cast<unsigned>(i), lanes::lane::technical);
  node.signal("d/0", 0);
  EXPECT_TRUE(node.seen.wait_for_answers(701));
  node.core.stop(std::chrono::seconds{20});
}

TEST_F(core_thread, two_nodes_on_one_ledger_show_the_same_case) {
  running_core a{redis->where(), "a", true}, b{redis->where(), "b", true};
  ASSERT_TRUE(a.started);
  ASSERT_TRUE(b.started);
  a.signal("d/1", 1);
  EXPECT_TRUE(b.seen.wait_for_case("9901.r-1.1", 1));
  b.signal("d/1", 7);
  b.signal("d/2", 8);
  EXPECT_TRUE(b.seen.wait_for_answers(2));
  EXPECT_TRUE(a.seen.wait_for_case("9901.r-1.1", 2));
}
