// What must hold of the correlator whatever happens: chance alone opens no outage, a real one is
// found, and its list is what is down.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>

#include "triage/outage_town.hpp"

namespace varde::triage {
namespace {

using testing::outage_town;

/// Homes that hang on a random one of each kind of thing.
struct random_town : outage_town {
  random_town(std::mt19937_64& dice, std::size_t homes_count) {
    const auto one_of = [&](const char* kind, std::size_t size) {
      const auto count = std::max<std::size_t>(homes_count / size, 1);
      return std::string{kind} + std::to_string(dice() % count);
    };
    for (std::size_t i = 0; i < homes_count; ++i)
      devices.push_back(homes(1, {"network:" + std::to_string(dice() % 3), one_of("power:", 300),
                                  one_of("station:", 150), one_of("building:", 5)})[0]);
    open();
  }
  std::vector<std::uint32_t> devices;
};

TEST(outage_property, a_random_background_opens_none) {
  rc::check([] {
    std::mt19937_64 dice{*rc::gen::arbitrary<std::uint64_t>()};
    const auto count = *rc::gen::inRange<std::size_t>(50, 3'000);
    // Of a home within five minutes: from one failure in a year to one in four days.
    const double share = std::pow(10.0, -*rc::gen::inRange<int>(30, 50) / 10.0);
    random_town town{dice, count};
    std::bernoulli_distribution fails{share};
    for (int window = 0; window < 20; ++window) {
      for (const auto device : town.devices)
        if (fails(dice)) town.down(device, down_sign::silent);
      town.wait(1);
      town.now += 299 * outage_town::second;
      town.up(town.devices, down_sign::silent);
    }
    RC_ASSERT(town.outages.empty());
  });
}

TEST(outage_property, a_planted_outage_is_found_among_the_background) {
  rc::check([] {
    std::mt19937_64 dice{*rc::gen::arbitrary<std::uint64_t>()};
    const auto count = *rc::gen::inRange<std::size_t>(600, 3'000);
    random_town town{dice, count};
    const auto parent = town.parent("power:0");
    const auto share = *rc::gen::inRange<int>(30, 101);
    std::set<std::uint32_t> planted;
    for (const auto device : town.devices)
      if (town.tables().is_under(device, parent) && static_cast<int>(dice() % 100) < share)
        planted.insert(device);
    for (const auto device : planted) town.down(device);
    for (int i = 0; i < 3; ++i) town.down(town.devices[dice() % count], down_sign::silent);
    town.wait(2);
    const auto running = town.running();
    RC_ASSERT(running.size() == 1u);
    RC_ASSERT(running[0]->parent == parent);
    RC_ASSERT(std::ranges::includes(running[0]->down, planted));
  });
}

TEST(outage_property, the_list_is_what_is_down_whatever_comes_and_goes) {
  rc::check([] {
    std::mt19937_64 dice{*rc::gen::arbitrary<std::uint64_t>()};
    random_town town{dice, 400};
    std::set<std::uint32_t> truth;
    for (int i = 0; i < 600; ++i) {
      const auto device = town.devices[dice() % town.devices.size()];
      if (dice() % 3 != 0) {
        town.down(device);
        truth.insert(device);
      } else {
        town.up({device});
        truth.erase(device);
      }
      if (dice() % 4 == 0) town.wait(1 + static_cast<std::int64_t>(dice() % 40));
    }
    town.wait(20);
    for (const auto* one : town.running()) RC_ASSERT(std::ranges::includes(truth, one->down));
    std::set<std::uint32_t> listed;
    for (const auto* one : town.running())
      for (const auto device : one->down) RC_ASSERT(listed.insert(device).second);
  });
}

}  // namespace
}  // namespace varde::triage
