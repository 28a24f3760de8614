// The audit trail keeps every line until it is stored, in order, and says so when it can't.
#include "registry/audit.hpp"

#include <gtest/gtest.h>

namespace varde::registry {
namespace {

struct auditing : testing::Test {
  audit_event event(const std::string& action) {
    return {"9901", "olga", action, "done", "c", "10.0.0.1", "t"};
  }
  void run_later() {
    for (auto& task : std::exchange(later, {})) task();
  }

  std::vector<std::vector<audit_line>> batches;
  std::vector<std::function<void(bool)>> answers;
  std::vector<std::function<void()>> later;
  audit_trail trail{[this](const std::vector<audit_line>& lines, std::function<void(bool)> done) {
                      batches.push_back(lines);
                      answers.push_back(std::move(done));
                    },
                    [this](std::function<void()> task) { later.push_back(std::move(task)); }};
};

TEST_F(auditing, events_of_one_turn_go_out_as_one_batch) {
  trail.record(event("claim"));
  trail.record(event("note"));
  EXPECT_TRUE(batches.empty());
  run_later();
  ASSERT_EQ(batches.size(), 1u);
  ASSERT_EQ(batches[0].size(), 2u);
  EXPECT_EQ(batches[0][0].municipality, "9901");
  EXPECT_NE(
      batches[0][0].json.find(
          R"("user":"olga","action":"claim","result":"done","subject":"c","origin":"10.0.0.1","trace":"t")"),
      std::string::npos);
  answers[0](true);
  EXPECT_EQ(trail.waiting(), 0u);
}

TEST_F(auditing, one_batch_is_on_its_way_at_a_time) {
  trail.record(event("a"));
  run_later();
  trail.record(event("b"));
  run_later();
  EXPECT_EQ(batches.size(), 1u);
  answers[0](true);
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[1].size(), 1u);
}

TEST_F(auditing, what_could_not_be_stored_is_kept_and_tried_again) {
  trail.record(event("a"));
  run_later();
  answers[0](false);
  EXPECT_EQ(trail.waiting(), 1u);
  trail.retry();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[1][0].json, batches[0][0].json);
  answers[1](true);
  EXPECT_EQ(trail.waiting(), 0u);
}

TEST_F(auditing, the_bound_holds) {
  for (std::size_t i = 0; i < audit_trail::waiting_lines_max + 10; ++i)
    trail.record(event(std::to_string(i)));
  EXPECT_EQ(trail.waiting(), audit_trail::waiting_lines_max);
  run_later();
  EXPECT_EQ(batches[0].size(), audit_trail::batch_lines_max);
  EXPECT_NE(batches[0][0].json.find(R"("action":"10")"), std::string::npos);
}

}  // namespace
}  // namespace varde::registry
