// Traces: well formed, and no two alike on any thread.
#include "base/trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

TEST(trace, is_sixteen_hex_digits) {
  const auto one = varde::base::new_trace();
  EXPECT_EQ(one.size(), 16u);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(trace, is_never_given_twice) {
  constexpr std::size_t each = 1'000;
  std::vector<std::vector<std::string>> made(3);
  std::vector<std::thread> threads;
  for (auto& into : made)
    threads.emplace_back([&into] {
      for (std::size_t i = 0; i < each; ++i) into.push_back(varde::base::new_trace());
    });
  for (auto& one : threads) one.join();
  std::set<std::string> all;
  for (const auto& some : made) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), made.size() * each);
}
