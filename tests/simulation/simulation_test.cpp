// Many small centres, each with its own bad luck; and the proof that the checkers see what they are
// there to see.
#include <gtest/gtest.h>

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

#include "simulation/simulation.hpp"

using namespace varde::simulation;

namespace {

/// Seeds that broke a promise in the simulation as it was then; each has its test in tests/core
/// too.
constexpr std::uint64_t once_failed[] = {
    1,      // a frozen node woke up with a release it had decided before
    1'005,  // an island released the claims of people who were elsewhere
    1'425,  // a restart did not compare what a failover had just forgotten
    1'450,  // nor did a node that had been cut off for longer than it looks back
    1'117,  // what was just written was called safe at once
    1'182,  // a case whose merged history was shorter than the island's was not shown again
    1'170,  // an island did not read what others wrote while it came back
    1'208,  // a commit that was carried out twice was withdrawn from the vault
};

/// Sanitizers look at other things than luck, and take twenty times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t seeds_in_ci = 10;
#else
constexpr std::uint64_t seeds_in_ci = 200;
#endif

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class simulated : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }
  static void TearDownTestSuite() { spdlog::set_level(spdlog::level::info); }
};

std::string story(const outcome& o, std::uint64_t seed) {
  std::string out = "seed " + std::to_string(seed) + ":";
  for (const auto& one : o.broken) out += "\n  " + one;
  return out;
}

/// True if some seed shows what is switched off; `first` spares the search where it is long.
bool is_caught(const mutations& off, bool only_freezes = false, std::uint64_t first = 1) {
  for (auto seed = first; seed < first + 60; ++seed)
    if (!run({.seed = seed, .off = off, .only_freezes = only_freezes}).broken.empty()) {
      ::testing::Test::RecordProperty("seed", static_cast<int>(seed));
      return true;
    }
  return false;
}

}  // namespace

TEST_F(simulated, the_same_seed_gives_the_same_run) {
  const auto one = run({.seed = 7}), again = run({.seed = 7});
  EXPECT_EQ(one.fingerprint, again.fingerprint);
  EXPECT_EQ(one.events, again.events);
}

TEST_F(simulated, what_once_failed_holds) {
  for (const auto seed : once_failed) {
    const auto o = run({.seed = seed});
    EXPECT_TRUE(o.broken.empty()) << story(o, seed);
  }
}

/// VARDE_SIMULATION_SEEDS and _FIRST choose more than CI's share, VARDE_SIMULATION_TELL tells.
TEST_F(simulated, no_promise_is_broken_whatever_fails) {
  const auto first = number_from("VARDE_SIMULATION_FIRST", 1'000);
  const auto seeds = number_from("VARDE_SIMULATION_SEEDS", seeds_in_ci);
  const bool tell = number_from("VARDE_SIMULATION_TELL", 0) != 0;
  const plan usual;
  std::map<std::string, int> faults;
  std::uint64_t signals = 0, commands = 0, merged = 0, events = 0;
  const auto began = std::clock();
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto o = run({.seed = seed, .tell = tell});
    ASSERT_TRUE(o.broken.empty()) << story(o, seed);
    for (const auto& [name, times] : o.faults) faults[name] += times;
    signals += o.signals;
    commands += o.commands;
    merged += o.merged;
    events += o.events;
  }
  const auto cpu_s = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  const auto hours = static_cast<double>(seeds) * usual.hours;
  std::string table;
  for (const auto& [name, times] : faults) table += ", " + std::to_string(times) + " " + name;
  std::printf(
      "%.0f simulated hours in %.1f s of processor (%.0f hours a minute)\n"
      "%llu events, %llu signals and %llu commands acknowledged, %llu entries merged%s\n",
      hours, cpu_s, hours / cpu_s * 60, static_cast<unsigned long long>(events),
      static_cast<unsigned long long>(signals), static_cast<unsigned long long>(commands),
      static_cast<unsigned long long>(merged), table.c_str());
  if (seeds >= 50) {
    for (const auto* name : {"killed", "frozen", "cut off", "failed over", "entries forgotten",
                             "redis hangs", "redis down", "disk fails", "disk slow"})
      EXPECT_GT(faults[name], 0) << name << " never happened";
    EXPECT_GT(merged, 0u);
  }
}

TEST_F(simulated, without_the_vault_it_is_noticed) { EXPECT_TRUE(is_caught({.no_vault = true})); }
TEST_F(simulated, without_the_version_check_it_is_noticed) {
  EXPECT_TRUE(is_caught({.no_version_check = true}));
}
TEST_F(simulated, without_the_fencing_token_it_is_noticed) {
  EXPECT_TRUE(is_caught({.no_fencing = true}, true, 80));
}
TEST_F(simulated, without_the_recommit_it_is_noticed) {
  EXPECT_TRUE(is_caught({.no_recommit = true}));
}
TEST_F(simulated, without_the_duplicate_check_it_is_noticed) {
  EXPECT_TRUE(is_caught({.no_duplicate_check = true}));
}
