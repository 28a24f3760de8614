// The histogram keeps three digits everywhere and counts the tail as exactly as the middle.
#include "histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using varde::load::histogram;

TEST(histogram, of_nothing_is_zero) {
  const histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.at_percentile(99), 0u);
}

TEST(histogram, small_values_are_exact) {
  histogram h;
  for (std::uint64_t v = 1; v <= 100; ++v) h.record(v);
  EXPECT_EQ(h.at_percentile(50), 50u);
  EXPECT_EQ(h.at_percentile(99), 99u);
  EXPECT_EQ(h.at_percentile(100), 100u);
  EXPECT_DOUBLE_EQ(h.mean_us(), 50.5);
}

TEST(histogram, a_value_beyond_the_range_counts_as_the_largest) {
  histogram h;
  h.record(histogram::value_max_us * 2);
  EXPECT_EQ(h.max_us(), histogram::value_max_us);
}

TEST(histogram, two_together_are_as_one_that_had_all) {
  histogram one, other, all;
  for (const std::uint64_t v : {3u, 70'000u, 12u}) {
    one.record(v);
    all.record(v);
  }
  for (const std::uint64_t v : {900u, 1u}) {
    other.record(v);
    all.record(v);
  }
  one.add(other);
  EXPECT_EQ(one.count(), 5u);
  EXPECT_EQ(one.max_us(), all.max_us());
  EXPECT_DOUBLE_EQ(one.mean_us(), all.mean_us());
  for (const double percent : {1.0, 50.0, 80.0, 99.0}) {
    EXPECT_EQ(one.at_percentile(percent), all.at_percentile(percent));
  }
}

TEST(histogram, any_percentile_is_within_a_thousandth_of_the_true_one) {
  EXPECT_TRUE(rc::check([] {
    auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(
        rc::gen::inRange<std::uint64_t>(0, histogram::value_max_us)));
    const auto percent = *rc::gen::inRange(0, 101);
    histogram h;
    for (const std::uint64_t v : values) h.record(v);
    std::ranges::sort(values);
    const auto rank = static_cast<std::size_t>(
        std::ceil(percent / 100.0 * static_cast<double>(values.size()) - 1e-9));
    const std::uint64_t exact = values[rank == 0 ? 0 : rank - 1];
    const std::uint64_t got = h.at_percentile(percent);
    RC_ASSERT(got >= exact);
    RC_ASSERT(static_cast<double>(got - exact) <= static_cast<double>(exact) / 1000.0);
  }));
}

}  // namespace
