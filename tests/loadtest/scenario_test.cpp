// Scenarios: what is written is what runs, and what can't be meant is refused.
#include "scenario.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace {

using namespace varde::load;

TEST(scenario, every_file_that_is_shipped_can_be_read) {
  const auto folder = std::filesystem::path(VARDE_SOURCE_DIR) / "loadtest" / "scenarios";
  std::size_t read = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    EXPECT_NO_THROW({
      const plan what = read_scenario(file.path());
      EXPECT_FALSE(what.streams.empty());
    }) << file.path();
    ++read;
  }
  EXPECT_GE(read, 7u);
}

TEST(scenario, a_stream_says_what_its_signals_are) {
  const plan what = parse_scenario(
      R"({"seconds": 3, "streams": [{"name": "noise", "device_type": 31, "status": 42,
          "rate_per_s": 7, "connections": 2, "profile": [[0, 0.5], [0.5, 2]]}]})");
  ASSERT_EQ(what.streams.size(), 1u);
  EXPECT_EQ(what.run_s, 3);
  EXPECT_EQ(what.streams[0].device_type, 31u);
  EXPECT_EQ(what.streams[0].profile.size(), 2u);
}

TEST(scenario, a_flood_is_a_multiple_of_what_the_server_can_take) {
  const plan what = parse_scenario(R"({"streams": [{"times_capacity": 10, "window": 64}]})");
  EXPECT_EQ(what.streams[0].times_capacity, 10);
  EXPECT_FALSE(what.streams[0].saturate);
  EXPECT_THROW((void)parse_scenario(R"({"streams": [{"times_capacity": 1000}]})"),
               std::runtime_error);
}

TEST(scenario, a_misspelt_key_is_refused) {
  EXPECT_THROW((void)parse_scenario(R"({"streams": [{"rate": 7}]})"), std::runtime_error);
  EXPECT_THROW((void)parse_scenario(R"({"stream": []})"), std::runtime_error);
}

TEST(scenario, a_value_of_the_wrong_kind_or_size_is_refused) {
  EXPECT_THROW((void)parse_scenario(R"({"streams": [{"rate_per_s": "many"}]})"),
               std::runtime_error);
  EXPECT_THROW((void)parse_scenario(R"({"seconds": 1e9, "streams": [{}]})"), std::runtime_error);
}

TEST(scenario, without_streams_there_is_nothing_to_run) {
  EXPECT_THROW((void)parse_scenario(R"({"seconds": 3})"), std::runtime_error);
}

}  // namespace
