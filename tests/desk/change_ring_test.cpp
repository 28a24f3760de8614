// What the ring of changes keeps, and from where somebody can go on.
#include "desk/change_ring.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/centre_fixture.hpp"

namespace varde::test {
namespace {

board::case_change change_of(const std::string& id, std::uint64_t version) {
  auto c = made_up_case("9901", version);
  c.set_id(id);
  return {shared(std::move(c)), "", {}, false};
}

std::vector<std::string> told_after(desk::change_ring& ring, std::uint64_t number) {
  std::vector<std::string> out;
  ring.after(number, [&](const desk::change_ring::change& c) {
    if (c.now) out.push_back(c.now->id() + std::to_string(c.now->version()));
  });
  return out;
}

TEST(change_ring, tells_each_case_once_in_its_newest_state) {
  desk::change_ring ring;
  for (const auto& [id, version] :
       {std::pair{"a", 1}, {"b", 1}, {"a", 2}, {"c", 1}, {"b", 2}, {"a", 3}})
    ring.push(change_of(id, static_cast<std::uint64_t>(version)));
  EXPECT_EQ(ring.newest(), 6u);
  EXPECT_EQ(told_after(ring, 0), (std::vector<std::string>{"c1", "b2", "a3"}));
  EXPECT_EQ(told_after(ring, 5), (std::vector<std::string>{"a3"}));
  EXPECT_TRUE(told_after(ring, 6).empty());
}

TEST(change_ring, counts_every_change_for_who_measures) {
  desk::change_ring ring;
  for (std::uint64_t version = 1; version <= 3; ++version) ring.push(change_of("a", version));
  int counted = 0;
  ring.after(1, [&](const desk::change_ring::change&) { ++counted; });
  EXPECT_EQ(counted, 2);
}

TEST(change_ring, covers_what_it_holds_and_no_more) {
  desk::change_ring ring;
  EXPECT_TRUE(ring.covers(0));
  EXPECT_FALSE(ring.covers(1));
  const auto last = desk::change_ring::kept_max + 10;
  for (std::uint64_t number = 1; number <= last; ++number)
    ring.push(change_of(std::to_string(number % 3) + "-", number));
  ring.trim();
  EXPECT_FALSE(ring.covers(9));
  EXPECT_TRUE(ring.covers(10));
  EXPECT_TRUE(ring.covers(last));
  EXPECT_FALSE(ring.covers(last + 1));
  EXPECT_EQ(told_after(ring, 10).size(), 3u);
}

TEST(change_ring, a_case_let_go_of_may_change_again) {
  desk::change_ring ring;
  ring.push(change_of("old", 1));
  for (std::uint64_t number = 0; number < desk::change_ring::kept_max; ++number)
    ring.push(change_of("n" + std::to_string(number), 1));
  ring.trim();
  ring.push(change_of("old", 2));
  EXPECT_EQ(told_after(ring, ring.newest() - 1), (std::vector<std::string>{"old2"}));
}

TEST(change_ring, nobody_goes_on_from_before_it_was_cleared) {
  desk::change_ring ring;
  ring.push(change_of("a", 1));
  ring.clear();
  EXPECT_FALSE(ring.covers(0));
  EXPECT_FALSE(ring.covers(1));
  EXPECT_TRUE(ring.covers(ring.newest()));
  ring.push(change_of("a", 1));
  EXPECT_EQ(told_after(ring, ring.newest() - 1), (std::vector<std::string>{"a1"}));
}

}  // namespace
}  // namespace varde::test
