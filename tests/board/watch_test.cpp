// The looking thread hears of everything, in order, once a wake-up.
#include "board/watch.hpp"

#include <gtest/gtest.h>

namespace varde::board {
namespace {

struct quiet_gateway : gateway {
  void submit(alarm::v1::Command, std::function<void(command_result)>) override {}
  void take_next(next_request, std::function<void(command_result)>) override {}
  void presence(std::string, bool) override {}
  void look(std::string, std::string, std::function<void(subject_pointer)>) override {}
  void waiting(std::vector<std::string>,
               std::function<void(std::vector<subject_pointer>)>) override {}
  void subscribe_condition(std::function<void(const node_condition&)> l) override {
    on_condition = std::move(l);
  }
  void subscribe(std::function<void(std::shared_ptr<const change_batch>)> l) override {
    listener = std::move(l);
  }
  void publish(std::uint64_t version) {
    auto c = std::make_shared<alarm::v1::Case>();
    c->set_id("9901.r-1.1");
    c->set_version(version);
    c->set_state(alarm::v1::CASE_STATE_OPEN);
    listener(std::make_shared<change_batch>(change_batch{{std::move(c), "", {}}}));
  }
  std::function<void(std::shared_ptr<const change_batch>)> listener;
  std::function<void(const node_condition&)> on_condition;
};

TEST(watch, several_batches_are_one_wake_up) {
  quiet_gateway source;
  std::vector<std::function<void()>> posted;
  watch w{source, [&](std::function<void()> task) { posted.push_back(std::move(task)); }};
  std::vector<std::uint64_t> seen;
  int calls = 0;
  w.on_changes([&](const change_batch& batch) {
    ++calls;
    for (const auto& change : batch) seen.push_back(change.now->version());
    EXPECT_EQ(w.now().find("9901.r-1.1")->version(), seen.back());
  });
  source.publish(1);
  source.publish(2);
  ASSERT_EQ(posted.size(), 1u);
  posted[0]();
  EXPECT_EQ(calls, 1);
  source.publish(3);
  ASSERT_EQ(posted.size(), 2u);
  posted[1]();
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(watch, the_condition_comes_with_the_changes_before_it_and_only_when_it_is_another) {
  quiet_gateway source;
  std::vector<std::function<void()>> posted;
  watch w{source, [&](std::function<void()> task) { posted.push_back(std::move(task)); }};
  std::vector<std::string> heard;
  w.on_changes([&](const change_batch&) { heard.emplace_back("changes"); });
  w.on_condition([&](const node_condition& now) {
    heard.emplace_back(now.island_since ? "island" : "together");
  });
  node_condition island;
  island.island_since = base::wall_now();
  source.on_condition(island);
  source.publish(1);
  ASSERT_EQ(posted.size(), 1u);
  posted[0]();
  source.on_condition(island);
  source.on_condition({});
  source.on_condition(island);
  posted[1]();
  EXPECT_EQ(heard, (std::vector<std::string>{"changes", "island"}));
  EXPECT_EQ(w.condition(), island);
  source.on_condition({});
  posted[2]();
  EXPECT_EQ(heard.back(), "together");
}

TEST(watch, what_comes_after_its_end_is_let_go) {
  quiet_gateway source;
  std::vector<std::function<void()>> posted;
  {
    watch w{source, [&](std::function<void()> task) { posted.push_back(std::move(task)); }};
    source.publish(1);
  }
  posted[0]();
  source.publish(2);
}

}  // namespace
}  // namespace varde::board
