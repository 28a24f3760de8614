// What the registry costs: a million devices at half a million residents in fifty municipalities,
// the bytes of it a device, and the time to find a device and what a decision asks of its resident.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <random>
#include <string>
#include <vector>

#include "registry/binding.hpp"
#include "registry/directory.hpp"

namespace {

using namespace varde;

constexpr int municipalities = 50;
constexpr int residents_each = 10'000;  // with two devices each
constexpr double devices = 2.0 * municipalities * residents_each;

void add_device(registry::v1::MunicipalitySet& set, const std::string& protocol,
                std::string wire_id, const std::string& resident) {
  auto& device = *set.add_devices();
  device.set_id(fmt::format("u{}", set.devices_size()));
  device.set_protocol(protocol);
  device.set_wire_id(std::move(wire_id));
  device.set_profile("default");
  device.set_kind("safety_alarm");
  device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
  device.set_resident(resident);
  if (protocol == "native") device.set_secret_hash(std::string(64, 'a'));
  const auto area = set.devices_size() / 1'200;
  for (const auto* what : {"power", "postal", "network", "station", "cloud"})
    device.add_depends_on(fmt::format("{}:{}-{}", what, set.municipality().id(), area));
}

registry::v1::MunicipalitySet set_of(int nth) {
  registry::v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id(std::to_string(4'000 + nth));
  for (int i = 0; i < residents_each; ++i) {
    const int number = nth * residents_each + i;
    auto& person = *set.add_residents();
    person.set_id(fmt::format("L{:06}", number));
    person.set_name(fmt::format("Prøve {}", number));
    person.set_birth_year(1940);
    auto& home = *person.mutable_address();
    home.set_street(fmt::format("Prestegårdsbakken {}", i % 60));
    home.set_dwelling("H0204");
    home.set_postcode("5000");
    home.set_place("Fjordvik");
    home.set_latitude_deg(61);
    home.set_longitude_deg(5);
    add_device(set, "native", fmt::format("load-{:06}", number), person.id());
    add_device(set, "scaip", fmt::format("77{:06}", number), person.id());
  }
  return set;
}

std::size_t allocated_bytes() {
  const auto now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

struct registered {
  registered() {
    const auto before = allocated_bytes();
    for (int i = 0; i < municipalities; ++i) directory.replace(set_of(i));
    bytes = allocated_bytes() - before;
    std::mt19937 random{1};
    for (int i = 0; i < 100'000; ++i)
      wire_ids.push_back(fmt::format(
          "load-{:06}",
          std::uniform_int_distribution{0, municipalities * residents_each - 1}(random)));
  }
  static registered& get() {
    static registered one;
    return one;
  }

  registry::directory directory;
  std::size_t bytes = 0;
  std::vector<std::string> wire_ids;  // in no order, as beats come
};

void report(benchmark::State& state) {
  state.counters["bytes_a_device"] = static_cast<double>(registered::get().bytes) / devices;
  state.SetItemsProcessed(state.iterations());
}

/// What a sign of life asks.
void a_device_is_found(benchmark::State& state) {
  const auto all = registered::get().directory.current();
  const auto& wanted = registered::get().wire_ids;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto match = all->find_device("native", wanted[next++ % wanted.size()]);
    benchmark::DoNotOptimize(match->number);
  }
  report(state);
}
BENCHMARK(a_device_is_found);

/// What a signal asks: whose it is, and what the decision wants to know of the device and of whom
/// it stands at.
void a_signal_is_bound_and_its_facts_gathered(benchmark::State& state) {
  const auto all = registered::get().directory.current();
  const auto& wanted = registered::get().wire_ids;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& wire_id = wanted[next++ % wanted.size()];
    const auto bound = registry::bind(*all, "native", wire_id, "192.0.2.1");
    const auto set = all->municipality(bound.municipality.str());
    const auto device = set->find_device("native", wire_id);
    const auto resident = set->resident(device->resident());
    benchmark::DoNotOptimize(bound.device_kind.size() + device->kind().size() +
                             resident->plan().size());
    benchmark::DoNotOptimize(resident->cognitive_impairment());
  }
  report(state);
}
BENCHMARK(a_signal_is_bound_and_its_facts_gathered);

}  // namespace
