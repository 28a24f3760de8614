// Whom the sentinels name, on made-up answers and made-up time.
#include "redis/sentinel_view.hpp"

#include <gtest/gtest.h>

#include "redis/error.hpp"

namespace varde::redis {
namespace {

using std::chrono::seconds;

const named_master old_one{{"10.0.0.1", 6379}, 3};
const named_master new_one{{"10.0.0.2", 6379}, 4};
const base::steady_time start{};

reply texts(const std::vector<std::string>& all) {
  reply out;
  out.type = reply::kind::array;
  for (const auto& one : all) {
    out.elements.emplace_back().type = reply::kind::string;
    out.elements.back().text = one;
  }
  return out;
}

TEST(sentinel_view, nobody_has_spoken_yet) {
  EXPECT_EQ(sentinel_view(3, seconds{3}).master(start), std::nullopt);
}

TEST(sentinel_view, the_newest_failover_counts_whoever_tells_of_it) {
  sentinel_view view(3, seconds{3});
  view.note(0, new_one, start);
  view.note(1, old_one, start + seconds{1});
  view.note(2, old_one, start + seconds{1});
  EXPECT_EQ(view.master(start + seconds{1}), new_one);
}

TEST(sentinel_view, a_sentinel_may_change_its_mind) {
  sentinel_view view(1, seconds{3});
  view.note(0, new_one, start);
  view.note(0, old_one, start);  // its configuration was made anew, with epochs from the beginning
  EXPECT_EQ(view.master(start), old_one);
}

TEST(sentinel_view, an_answer_of_long_ago_counts_no_more) {
  sentinel_view view(2, seconds{3});
  view.note(0, new_one, start);
  view.note(1, old_one, start + seconds{4});
  EXPECT_EQ(view.master(start + seconds{4}), old_one);
  EXPECT_EQ(view.master(start + seconds{9}), std::nullopt);
}

TEST(sentinel_view, an_answer_is_read_by_its_names) {
  const auto found = parse_sentinel_master(texts(
      {"name", "varde", "ip", "10.0.0.2", "port", "6379", "flags", "master", "config-epoch", "4"}));
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, new_one);
}

TEST(sentinel_view, an_answer_of_a_wrong_shape_is_no_answer) {
  for (const auto& bad :
       {texts({}), texts({"ip", "10.0.0.2"}), texts({"ip", "10.0.0.2", "port", "70000"}),
        texts({"ip", "", "port", "6379"}), texts({"ip", "h", "port", "1", "config-epoch", "-1"}),
        texts({"ip"}), reply{}})
    EXPECT_EQ(parse_sentinel_master(bad).error(), errc::malformed_reply);
}

}  // namespace
}  // namespace varde::redis
