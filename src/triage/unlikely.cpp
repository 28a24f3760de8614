// Logarithms throughout: the chances are far below what a double can hold.
#include "triage/unlikely.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

namespace varde::triage {

namespace {

constexpr std::size_t table_size = 256;

std::array<double, table_size> make_table() {
  std::array<double, table_size> table{};
  for (std::size_t n = 2; n < table_size; ++n)
    table[n] = table[n - 1] + std::log(static_cast<double>(n));
  return table;
}

/// ln n!; by Stirling's series where the table ends, exact to the last digits there.
double log_factorial(std::uint32_t n) {
  static const auto table = make_table();
  if (n < table_size) return table[n];
  const double x = n;
  return x * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi * x) + 1 / (12 * x) -
         1 / (360 * x * x * x);
}

double log_choose(std::uint32_t n, std::uint32_t k) {
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/// k ln(k/n) + (n-k) ln(1-k/n): ln of the likelihood of k among n at their own rate.
double log_likelihood(double k, double n) {
  double sum = 0;
  if (k > 0) sum += k * std::log(k / n);
  if (k < n) sum += (n - k) * std::log((n - k) / n);
  return sum;
}

}  // namespace

double log_chance(const tally& t) {
  assert(t.down <= t.all && t.under <= t.all && t.down_under <= t.down && t.down_under <= t.under);
  const double expected = static_cast<double>(t.under) * t.down / t.all;
  if (t.down_under <= expected) return 0;
  // Each further one is less likely by at least this factor than the one before.
  const double up = static_cast<double>(t.under - t.down_under) * (t.down - t.down_under);
  const double outside_up = static_cast<double>(t.all) - t.under - t.down + t.down_under + 1;
  const double ratio = up / ((t.down_under + 1.0) * outside_up);
  if (ratio >= 1) return 0;
  const double first = log_choose(t.under, t.down_under) +
                       log_choose(t.all - t.under, t.down - t.down_under) -
                       log_choose(t.all, t.down);
  return std::min(0.0, first - std::log1p(-ratio));
}

double log_likelihood_ratio(const tally& t) {
  const double inside = t.down_under, inside_all = t.under;
  const double outside = t.down - t.down_under, outside_all = t.all - t.under;
  if (inside * outside_all <= outside * inside_all) return 0;
  return log_likelihood(inside, inside_all) +
         (outside_all > 0 ? log_likelihood(outside, outside_all) : 0) -
         log_likelihood(t.down, t.all);
}

double log_binomial_bound(std::uint32_t trials, std::uint32_t hits, double share) {
  const double n = trials, k = hits;
  if (k <= n * share) return 0;
  double sum = k * std::log(n * share / k);
  if (k < n) sum += (n - k) * std::log((1 - share) * n / (n - k));
  return sum;
}

}  // namespace varde::triage
