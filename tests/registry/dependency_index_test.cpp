// What hangs on what: by name, by address, through gateways; and how many homes and people that is.
#include "registry/dependency_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "registry/set_view.hpp"

namespace varde::registry {
namespace {

/// Sets made a line a device.
class town {
 public:
  v1::Resident& person(const std::string& id, const std::string& household = "") {
    auto& one = *set_.add_residents();
    one.set_id(id);
    one.set_household(household);
    return one;
  }
  v1::Device& device(const std::string& id, const std::string& resident,
                     std::initializer_list<const char*> depends_on) {
    auto& one = *set_.add_devices();
    one.set_id(id);
    one.set_protocol("scaip");
    one.set_wire_id("w" + id);
    one.set_state(v1::DEVICE_STATE_INSTALLED);
    one.set_resident(resident);
    for (const auto* parent : depends_on) one.add_depends_on(parent);
    return one;
  }
  std::shared_ptr<const set_view> view() const { return set_view::make(set_); }

 private:
  v1::MunicipalitySet set_;
};

std::set<std::string> parents(const set_view& set, const char* wire_id) {
  const auto& all = set.dependencies();
  std::set<std::string> names;
  for (const auto parent : all.parents_of(*set.find_device_index("scaip", wire_id)))
    names.emplace(all.name_of(parent));
  return names;
}

using names = std::set<std::string>;

TEST(dependency_index, a_device_is_under_what_it_names) {
  town t;
  t.person("a");
  t.person("b");
  t.device("1", "a", {"power:P", "network:N"});
  t.device("2", "b", {"power:P", "network:N"});
  const auto set = t.view();
  EXPECT_EQ(parents(*set, "w1"), (names{"power:P", "network:N"}));
  EXPECT_EQ(set->dependencies().devices_under(set->dependencies().find("power:P")), 2u);
}

TEST(dependency_index, what_only_one_device_hangs_on_is_left_out) {
  town t;
  t.person("a");
  t.device("1", "a", {"power:P", "building:B"});
  t.device("2", "a", {"power:P"});
  const auto set = t.view();
  EXPECT_EQ(parents(*set, "w1"), names{"power:P"});
  EXPECT_EQ(set->dependencies().find("building:B"), dependency_index::no_parent);
}

TEST(dependency_index, a_bare_name_is_a_gateway_and_the_gateway_is_under_itself) {
  town t;
  t.person("a");
  t.device("hub", "a", {"power:P"});
  t.device("1", "a", {"hub"});
  t.device("2", "a", {"gateway:hub"});
  EXPECT_EQ(parents(*t.view(), "whub"), (names{"gateway:hub", "power:P"}));
}

TEST(dependency_index, a_sensor_is_under_whatever_its_gateway_is_under) {
  town t;
  t.person("a");
  t.device("outer", "a", {"station:S"});
  t.device("hub", "a", {"outer", "power:P"});
  t.device("1", "a", {"hub"});
  EXPECT_EQ(parents(*t.view(), "w1"),
            (names{"gateway:hub", "gateway:outer", "power:P", "station:S"}));
}

TEST(dependency_index, gateways_that_name_each_other_end) {
  town t;
  t.person("a");
  t.device("x", "a", {"y"});
  t.device("y", "a", {"x"});
  EXPECT_EQ(parents(*t.view(), "wx"), (names{"gateway:x", "gateway:y"}));
}

TEST(dependency_index, the_postal_area_is_the_addresss_where_none_is_named) {
  town t;
  t.person("a").mutable_address()->set_postcode("6900");
  t.person("b").mutable_address()->set_postcode("6900");
  t.person("c").mutable_address()->set_postcode("6900");
  t.device("1", "a", {});
  t.device("2", "b", {});
  t.device("3", "c", {"postal:1"});
  t.device("4", "c", {"postal:1"});
  const auto set = t.view();
  EXPECT_EQ(parents(*set, "w1"), names{"postal:6900"});
  EXPECT_EQ(parents(*set, "w3"), names{"postal:1"});
}

TEST(dependency_index, what_carries_signals_only_comes_last_and_power_first) {
  town t;
  t.person("a");
  for (const auto* id : {"1", "2"})
    t.device(id, "a", {"network:N", "pump:X", "cloud:C", "power:P"});
  const auto set = t.view();
  const auto& all = set->dependencies();
  EXPECT_EQ(all.find("power:P"), 0u);
  EXPECT_EQ(all.find("pump:X"), 1u);
  EXPECT_EQ(all.signals_only_from(), 2u);
}

TEST(dependency_index, counts_devices_homes_and_people_apart) {
  town t;
  t.person("a", "h1");
  t.person("b", "h1");
  t.person("c");
  t.device("1", "a", {"power:P"});
  t.device("2", "b", {"power:P"});
  t.device("3", "c", {"power:P"});
  t.device("4", "", {"power:P"}).set_household("h1");
  t.device("5", "", {"power:P"});
  const auto set = t.view();
  const auto& all = set->dependencies();
  const auto power = all.find("power:P");
  EXPECT_EQ(all.devices_under(power), 5u);
  EXPECT_EQ(all.homes_under(power), 3u);
  EXPECT_EQ(all.residents_under(power), 3u);
  EXPECT_EQ(all.home_count(), 3u);
  EXPECT_EQ(all.home_of(0), all.home_of(3));
}

TEST(dependency_index, a_device_that_is_not_installed_is_under_nothing) {
  town t;
  t.person("a");
  t.device("1", "a", {"power:P"});
  t.device("2", "a", {"power:P"});
  t.device("3", "a", {"power:P"}).set_state(v1::DEVICE_STATE_STORED);
  const auto set = t.view();
  EXPECT_TRUE(parents(*set, "w3").empty());
  EXPECT_EQ(set->dependencies().devices_under(0), 2u);
}

TEST(dependency_index, more_parents_than_the_bound_are_ignored) {
  town t;
  t.person("a");
  for (int d = 0; d < 2; ++d) {
    auto& device = t.device(std::to_string(d), "a", {});
    for (int i = 0; i < 40; ++i) device.add_depends_on("cloud:" + std::to_string(i));
  }
  EXPECT_EQ(parents(*t.view(), "w0").size(), dependency_index::parents_per_device_max);
}

}  // namespace
}  // namespace varde::registry
