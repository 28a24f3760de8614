// People as plain as those that the demo makes for load.
#include "server/demo_registered.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "server/demo_dice.hpp"
#include "server/demo_names.hpp"
#include "server/demo_tree.hpp"

namespace varde::server {

namespace {

using namespace registry;

constexpr std::size_t first_id = 1'001;

void add_home(v1::MunicipalitySet& set, demo_tree& tree, demo_dice& dice, std::size_t n) {
  const std::string& municipality = set.municipality().id();
  const auto here = tree.place();
  auto& person = *set.add_residents();
  person.set_id(fmt::format("{}", n + 1));
  person.set_name(
      fmt::format("{} {}", dice.pick(demo_names::first_names), dice.pick(demo_names::last_names)));
  person.set_phone(fmt::format("+4799{:06}", dice.below(1'000'000)));
  auto& at = *person.mutable_address();
  at.set_street(fmt::format("{} {}", dice.pick(demo_names::streets), 1 + dice.below(60)));
  at.set_postcode(tree.postcode(here));
  at.set_place(set.municipality().name());
  tree.describe(person);
  auto& device = *set.add_devices();
  device.set_id(fmt::format("u{}", n + 1));
  device.set_protocol("native");
  device.set_wire_id(fmt::format("{}-{:05}", municipality, n + 1));
  device.set_profile("default");
  device.set_kind("safety_alarm");
  device.set_state(v1::DEVICE_STATE_INSTALLED);
  device.set_resident(person.id());
  device.set_secret_hash(base::sha256_hex(dice.hex()));
  for (auto& parent : tree.depends_on(here)) device.add_depends_on(std::move(parent));
}

}  // namespace

v1::MunicipalitySet make_registered(std::uint64_t seed, std::size_t number, std::size_t devices) {
  const std::size_t before = number * registered_each;
  const std::size_t homes = std::min(registered_each, devices - std::min(devices, before));
  v1::MunicipalitySet set;
  set.set_version(1);
  auto& municipality = *set.mutable_municipality();
  municipality.set_id(fmt::format("{}", first_id + number));
  municipality.set_name(fmt::format("Kommune {}", first_id + number));
  municipality.set_native_secret_allowed(true);
  demo_dice dice{seed + number};
  demo_tree tree{municipality.id(), homes, seed + number};
  for (std::size_t n = 0; n < homes; ++n) add_home(set, tree, dice, n);
  return set;
}

}  // namespace varde::server
