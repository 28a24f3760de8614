// What an outage costs the core thread: 20,000 of 1,000,000 devices go down at once, and the
// correlator finds it and moves them in, a step at a time; the longest step is what an alarm may
// have to wait for. And what the index of dependencies weighs.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <time.h>

#include <algorithm>

#include "registry/set_view.hpp"
#include "triage/outage.hpp"

namespace {

using namespace varde;

constexpr int devices_total = 1'000'000;
constexpr int devices_of_a_power_area = 20'000;
constexpr int devices_of_a_home = 2;

/// Six parents each: power and postal areas, networks, stations, clouds, buildings.
registry::v1::MunicipalitySet million() {
  registry::v1::MunicipalitySet set;
  set.mutable_devices()->Reserve(devices_total);
  for (int i = 0; i < devices_total; ++i) {
    auto& device = *set.add_devices();
    const int home = i / devices_of_a_home;
    const int spread = static_cast<int>(static_cast<unsigned>(home) * 2'654'435'761U >> 8);
    device.set_id(fmt::format("u{}", i));
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_household(fmt::format("h{}", home));
    device.add_depends_on(fmt::format("power:{}", i / devices_of_a_power_area));
    device.add_depends_on(fmt::format("postal:{}", i / 5'000));
    device.add_depends_on(fmt::format("network:{}", spread % 3));
    device.add_depends_on(fmt::format("station:{}", i / 600 * 3 + spread % 3));
    device.add_depends_on(fmt::format("cloud:{}", spread % 4));
    device.add_depends_on(fmt::format("building:{}", home / 5));
  }
  return set;
}

const registry::dependency_index& index_of_a_million() {
  static const auto set = registry::set_view::make(million());
  return set->dependencies();
}

triage::dependencies tables() {
  const auto& all = index_of_a_million();
  return {all.begins(),           all.links(),       all.homes(),
          all.devices_under(),    all.homes_under(), static_cast<std::uint32_t>(all.home_count()),
          all.signals_only_from()};
}

/// This thread's own time, so that a busy machine doesn't count.
double spent_us() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

/// The signals come in arbitrary order within a second, in batches as the core takes them.
void twenty_thousand_go_down(benchmark::State& state) {
  constexpr int batch = 1'000;
  double longest_step_us = 0, longest_batch_us = 0, steps = 0;
  (void)index_of_a_million();
  for (auto _ : state) {
    triage::outage_correlator correlator{tables(), triage::outage_rules{{}}};
    triage::outage_change change;
    std::int64_t now_us = 1'800'000'000'000'000;
    std::size_t joined = 0;
    for (int first = 0; first < devices_of_a_power_area; first += batch) {
      const auto start = spent_us();
      for (int i = first; i < first + batch; ++i)
        correlator.down(static_cast<std::uint32_t>(i * 7'919LL % devices_of_a_power_area),
                        triage::down_sign::mains, now_us);
      longest_batch_us = std::max(longest_batch_us, spent_us() - start);
      now_us += 50'000;
      for (bool more = true; more; ++steps) {
        const auto step = spent_us();
        more = correlator.step(now_us, change);
        longest_step_us = std::max(longest_step_us, spent_us() - step);
        joined += change.joined.size();
      }
    }
    if (joined != devices_of_a_power_area || correlator.outages() != 1)
      state.SkipWithError("not one outage of all of them");
  }
  state.counters["longest_step_us"] = longest_step_us;
  state.counters["longest_1000_signals_us"] = longest_batch_us;
  state.counters["steps"] = steps / static_cast<double>(state.iterations());
}
BENCHMARK(twenty_thousand_go_down)->Unit(benchmark::kMillisecond);

/// All at once, before the correlator gets a turn: as when supervision finds them silent.
void twenty_thousand_before_the_first_step(benchmark::State& state) {
  double longest_step_us = 0;
  for (auto _ : state) {
    triage::outage_correlator correlator{tables(), triage::outage_rules{{}}};
    for (std::uint32_t i = 0; i < devices_of_a_power_area; ++i)
      correlator.down(i, triage::down_sign::silent, 1'800'000'000'000'000);
    triage::outage_change change;
    for (bool more = true; more;) {
      const auto step = spent_us();
      more = correlator.step(1'800'000'000'100'000, change);
      longest_step_us = std::max(longest_step_us, spent_us() - step);
    }
  }
  state.counters["longest_step_us"] = longest_step_us;
}
BENCHMARK(twenty_thousand_before_the_first_step)->Unit(benchmark::kMillisecond);

/// What happens all the time: a device goes down and comes back.
void one_goes_down_and_comes_back(benchmark::State& state) {
  triage::outage_correlator correlator{tables(), triage::outage_rules{{}}};
  triage::outage_change change;
  std::int64_t now_us = 1'800'000'000'000'000;
  std::uint32_t device = 0;
  for (auto _ : state) {
    device = (device + 7'919) % devices_total;
    correlator.down(device, triage::down_sign::link, now_us);
    while (correlator.step(now_us, change)) continue;
    correlator.up(device, triage::down_sign::link, now_us);
    now_us += 1'000;
  }
}
BENCHMARK(one_goes_down_and_comes_back);

void packing_with_dependencies(benchmark::State& state) {
  const auto given = million();
  for (auto _ : state) {
    const auto set = registry::set_view::make(given);
    const auto& index = set->dependencies();
    state.counters["bytes"] = static_cast<double>(index.bytes());
    state.counters["bytes_per_device"] = static_cast<double>(index.bytes()) / devices_total;
    state.counters["parents"] = static_cast<double>(index.parent_count());
  }
}
BENCHMARK(packing_with_dependencies)->Unit(benchmark::kMillisecond)->Iterations(2);

}  // namespace
