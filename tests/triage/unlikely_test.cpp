// The numbers behind the outages: against small cases that can be counted by hand, and as
// properties.
#include "triage/unlikely.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace varde::triage {
namespace {

TEST(log_chance, of_all_three_down_in_one_part_is_counted_exactly) {
  // One way of choosing the 3 of 1,000.
  EXPECT_NEAR(log_chance({1'000, 3, 3, 3}), -std::log(1'000.0 * 999 * 998 / 6), 1e-6);
}

TEST(log_chance, of_no_more_than_expected_is_one) {
  EXPECT_EQ(log_chance({1'000, 100, 100, 10}), 0);
  EXPECT_EQ(log_chance({1'000, 0, 100, 0}), 0);
}

TEST(log_chance, of_a_part_that_is_everything_is_one) {
  EXPECT_EQ(log_chance({600, 250, 600, 250}), 0);
}

TEST(log_chance, agrees_with_the_table_where_factorials_pass_over_to_the_series) {
  EXPECT_NEAR(log_chance({256, 2, 2, 2}), -std::log(256.0 * 255 / 2), 1e-9);
}

TEST(log_likelihood_ratio, prefers_the_part_that_holds_them_all_and_little_else) {
  const double tight = log_likelihood_ratio({10'000, 300, 400, 300});
  EXPECT_GT(tight, log_likelihood_ratio({10'000, 300, 2'000, 300}));
  EXPECT_GT(tight, log_likelihood_ratio({10'000, 300, 100, 75}));
  EXPECT_EQ(log_likelihood_ratio({10'000, 300, 400, 12}), 0);
}

TEST(log_binomial_bound, is_above_the_true_chance_and_not_far) {
  EXPECT_NEAR(log_binomial_bound(3, 3, 0.1), 3 * std::log(0.1), 1e-9);
  EXPECT_EQ(log_binomial_bound(10, 1, 0.5), 0);
}

TEST(log_chance, never_says_less_than_the_exact_tail) {
  rc::check([] {
    const auto all = *rc::gen::inRange<std::uint32_t>(2, 60);
    const auto down = *rc::gen::inRange<std::uint32_t>(0, all + 1);
    const auto under = *rc::gen::inRange<std::uint32_t>(0, all + 1);
    const auto least = down + under > all ? down + under - all : 0;
    const auto hit = *rc::gen::inRange<std::uint32_t>(least, std::min(down, under) + 1);
    const auto choose = [](double n, double k) {
      return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1));
    };
    double tail = 0;
    for (auto k = hit; k <= std::min(down, under); ++k)
      tail += choose(under, k) * choose(all - under, down - k) / choose(all, down);
    RC_ASSERT(log_chance({all, down, under, hit}) >= std::log(tail) - 1e-9);
  });
}

}  // namespace
}  // namespace varde::triage
