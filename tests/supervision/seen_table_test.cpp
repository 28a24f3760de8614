// The table of last-seen times: what a sign of life leaves behind, and what it costs.
#include "supervision/seen_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "support/count_allocations.hpp"

namespace varde::supervision {
namespace {

struct table : testing::Test {
  base::steady_time at(int s) const { return began + std::chrono::seconds{s}; }
  std::vector<registry::thing_number> bells(std::size_t most = 1'000'000) {
    std::vector<registry::thing_number> all;
    seen.take_bells(most, [&](registry::thing_number n, bool alarm) {
      all.push_back(n);
      if (alarm) alarmed.push_back(n);
    });
    return all;
  }

  base::steady_time began{std::chrono::hours{5}};
  seen_table seen{base::from_us(1'800'000'000'000'000), began};
  std::vector<registry::thing_number> alarmed;
};

TEST_F(table, remembers_when_a_device_was_last_heard_in_unix_seconds) {
  ASSERT_TRUE(seen.prepare(7));
  EXPECT_EQ(seen.look(7).heard_s, 0u);
  seen.mark(7, at(90));
  EXPECT_EQ(seen.look(7).heard_s, 1'800'000'090u);
  EXPECT_EQ(seen.look(8).heard_s, 0u);
}

TEST_F(table, takes_no_number_that_the_registry_could_not_give) {
  EXPECT_FALSE(seen.prepare(registry::no_number));
  seen.mark(registry::no_number, at(1));
  EXPECT_EQ(seen.look(registry::no_number).heard_s, 0u);
}

TEST_F(table, anothers_word_never_makes_it_older) {
  seen.prepare(1);
  seen.mark(1, at(10));
  seen.raise(1, seen.second_of(at(5)));
  EXPECT_EQ(seen.look(1).heard_s, seen.second_of(at(10)));
  seen.raise(1, seen.second_of(at(15)));
  EXPECT_EQ(seen.look(1).heard_s, seen.second_of(at(15)));
}

TEST_F(table, only_who_is_absent_rings_and_once_until_it_is_taken) {
  seen.prepare(1);
  seen.prepare(2);
  seen.mark(1, at(1));
  EXPECT_TRUE(bells().empty());
  seen.stand(1, standing::absent);
  seen.mark(1, at(2));
  seen.mark(1, at(3));
  EXPECT_EQ(bells(), std::vector<registry::thing_number>{1});
  EXPECT_TRUE(bells().empty());
  seen.mark(1, at(4));
  EXPECT_EQ(bells().size(), 1u);
}

TEST_F(table, an_alarm_among_the_signs_of_life_is_not_forgotten) {
  seen.prepare(1);
  seen.stand(1, standing::absent);
  seen.mark(1, at(1), true);
  seen.mark(1, at(2));
  bells();
  EXPECT_EQ(alarmed, std::vector<registry::thing_number>{1});
}

TEST_F(table, bells_beyond_the_bound_are_answered_next_time) {
  for (registry::thing_number n = 0; n < 3; ++n) {
    seen.prepare(n);
    seen.stand(n, standing::absent);
    seen.mark(n, at(1));
  }
  EXPECT_EQ(bells(2).size(), 2u);
  EXPECT_EQ(bells(2).size(), 1u);
  EXPECT_TRUE(bells(2).empty());
}

TEST_F(table, a_sign_of_life_allocates_nothing) {
  seen.prepare(70'000);
  const auto before = test::allocations();
  for (int i = 0; i < 1'000; ++i) seen.mark(70'000, at(i), i % 10 == 0);
  seen.stand(70'000, standing::absent);
  for (int i = 0; i < 1'000; ++i) seen.mark(70'000, at(i));
  EXPECT_EQ(test::allocations(), before);
}

TEST_F(table, many_threads_ring_and_no_bell_is_lost) {
  constexpr registry::thing_number each = 500;
  constexpr registry::thing_number threads = 4;
  for (registry::thing_number n = 0; n < each * threads; ++n) {
    seen.prepare(n);
    seen.stand(n, standing::absent);
  }
  std::vector<std::thread> edges;
  for (registry::thing_number t = 0; t < threads; ++t)
    edges.emplace_back([&, t] {
      for (registry::thing_number n = 0; n < each; ++n) seen.mark(t * each + n, at(1));
    });
  std::vector<bool> heard(each * threads);
  const auto take = [&] {
    for (const auto n : bells()) heard[n] = true;
  };
  for (int i = 0; i < 100; ++i) take();
  for (auto& edge : edges) edge.join();
  take();
  EXPECT_EQ(std::count(heard.begin(), heard.end(), true), each * threads);
}

}  // namespace
}  // namespace varde::supervision
