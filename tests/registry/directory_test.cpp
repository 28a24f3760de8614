// All municipalities together: whose device it is, and changes while others read.
#include "registry/directory.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "registry/binding.hpp"
#include "registry/sample_sets.hpp"

namespace varde::registry {
namespace {

struct bound_devices : testing::Test {
  bound_devices() {
    registry.replace(samples::fjordvik());
    registry.replace(samples::nordmark());
  }
  binding of(std::string_view protocol, std::string_view wire_id) {
    return varde::registry::bind(*registry.current(), protocol, wire_id, "192.0.2.7");
  }
  directory registry;
};

TEST_F(bound_devices, an_installed_device_speaks_for_its_resident) {
  const auto bound = of("scaip", "26001");
  EXPECT_EQ(bound.municipality.str(), "9901");
  EXPECT_EQ(bound.subject.str(), "r-1001");
  EXPECT_TRUE(bound.known);
  EXPECT_EQ(bound.device_kind, "safety_alarm");
}

TEST_F(bound_devices, a_shared_device_speaks_for_the_household) {
  EXPECT_EQ(of("native", "smoke-1").subject.str(), "h-h1");
  EXPECT_TRUE(of("native", "smoke-1").known);
}

TEST_F(bound_devices, the_same_resident_id_in_two_municipalities_stays_apart) {
  EXPECT_EQ(of("scaip", "27001").municipality.str(), "9902");
  EXPECT_EQ(of("scaip", "27001").subject.str(), "r-1001");
}

TEST_F(bound_devices, a_device_that_is_not_installed_speaks_for_itself_in_its_municipality) {
  for (const auto* wire_id : {"26003", "26004"}) {
    const auto bound = of("scaip", wire_id);
    EXPECT_EQ(bound.municipality.str(), "9901");
    EXPECT_EQ(bound.subject.str(), std::string{"d-scaip-"} + wire_id);
    EXPECT_FALSE(bound.known);
    EXPECT_TRUE(bound.device);
  }
}

TEST_F(bound_devices, an_unregistered_device_belongs_to_the_centre_by_its_source) {
  for (const auto& bound : {of("scaip", "666"), of("native", "26001")}) {
    EXPECT_EQ(bound.municipality.str(), "centre");
    EXPECT_EQ(bound.subject.str(), "u-192~2e0~2e2~2e7");
    EXPECT_FALSE(bound.known);
    EXPECT_FALSE(bound.device);
  }
}

struct numbered_devices : testing::Test {
  numbered_devices() {
    auto& gateway = *set.mutable_devices(0);
    for (const auto* id : {"button", "smoke"}) gateway.add_sensors()->set_id(id);
    registry.replace(set);
  }
  void import() {
    set.set_version(set.version() + 1);
    registry.replace(set);
  }
  device_match gateway() { return *registry.current()->find_device("scaip", "26001"); }

  v1::MunicipalitySet set = samples::fjordvik();
  directory registry;
};

TEST_F(numbered_devices, have_a_number_each_and_one_for_every_sensor) {
  std::set<thing_number> all;
  for (const auto& device : set.devices())
    all.insert(registry.current()->find_device(device.protocol(), device.wire_id())->number);
  all.insert(sensor_number(gateway(), "button"));
  all.insert(sensor_number(gateway(), "smoke"));
  EXPECT_EQ(all.size(), set.devices_size() + 2u);
  EXPECT_EQ(sensor_number(gateway(), "door"), no_number);
}

TEST_F(numbered_devices, keep_their_numbers_when_others_come_and_go) {
  const auto before = gateway().number;
  set.mutable_devices()->DeleteSubrange(1, 1);
  set.mutable_devices(0)->set_kind("gateway");
  import();
  registry.replace(samples::nordmark());
  EXPECT_EQ(gateway().number, before);
}

TEST_F(numbered_devices, get_new_numbers_when_their_sensors_change_and_none_is_given_again) {
  const auto before = gateway().number;
  set.mutable_devices(0)->mutable_sensors()->DeleteSubrange(0, 1);
  import();
  EXPECT_GT(gateway().number, before + 2);
  EXPECT_EQ(sensor_number(gateway(), "smoke"), gateway().number + 1);
}

TEST(directory, begins_empty) {
  const directory registry;
  EXPECT_TRUE(registry.current()->municipalities().empty());
  EXPECT_EQ(registry.current()->municipality("9901"), nullptr);
}

TEST(directory, a_replaced_set_takes_its_old_devices_along) {
  directory registry;
  registry.replace(samples::fjordvik());
  auto next = samples::fjordvik();
  next.set_version(2);
  next.mutable_devices(0)->set_wire_id("26999");
  EXPECT_TRUE(registry.replace(next));
  EXPECT_FALSE(registry.current()->find_device("scaip", "26001"));
  EXPECT_TRUE(registry.current()->find_device("scaip", "26999"));
}

TEST(directory, an_older_set_does_not_replace_a_newer_one) {
  directory registry;
  auto newer = samples::fjordvik();
  newer.set_version(5);
  registry.replace(newer);
  EXPECT_FALSE(registry.replace(samples::fjordvik()));
  EXPECT_EQ(registry.current()->municipality("9901")->version(), 5u);
}

TEST(directory, several_sets_are_one_change_under_the_defaults_in_force) {
  directory registry;
  v1::MunicipalitySet centre;
  centre.mutable_municipality()->set_id(std::string{alarm::centre});
  centre.mutable_policy()->set_answer_target_s(33);
  registry.replace(centre);
  auto older = samples::fjordvik();
  older.set_version(0);
  const auto before = registry.generation();
  registry.replace_all({set_view::make(samples::fjordvik()), set_view::make(samples::nordmark())});
  EXPECT_EQ(registry.generation(), before + 1);
  EXPECT_EQ(registry.current()->municipality("9902")->policy().answer_target_s(), 33u);
  registry.replace_all({set_view::make(older)});
  EXPECT_EQ(registry.generation(), before + 1) << "an older set changes nothing";
}

TEST(directory, a_removed_municipality_is_gone_for_new_readers_and_stays_for_old_ones) {
  directory registry;
  registry.replace(samples::fjordvik());
  const auto before = registry.current();
  EXPECT_TRUE(registry.remove("9901"));
  EXPECT_FALSE(registry.remove("9901"));
  EXPECT_EQ(registry.current()->municipality("9901"), nullptr);
  EXPECT_EQ(before->municipality("9901")->municipality().name(), "Fjordvik");
}

TEST(directory, the_first_municipality_keeps_a_wire_id_that_two_have) {
  directory registry;
  auto rival = samples::nordmark();
  rival.mutable_devices(0)->set_wire_id("26001");
  registry.replace(rival);
  registry.replace(samples::fjordvik());
  EXPECT_EQ(registry.current()->find_device("scaip", "26001")->set->id(), "9901");
}

TEST(directory, a_reader_sees_a_change_at_its_next_look) {
  directory registry;
  directory_reader reader{registry};
  EXPECT_TRUE(reader.current().municipalities().empty());
  registry.replace(samples::fjordvik());
  EXPECT_EQ(reader.current().municipalities().size(), 1u);
}

TEST(directory, readers_always_see_a_whole_view_while_it_changes) {
  directory registry;
  registry.replace(samples::fjordvik());
  std::atomic<bool> done{false};
  std::jthread writer{[&] {
    for (std::uint64_t version = 2; version < 200; ++version) {
      auto next = samples::fjordvik();
      next.set_version(version);
      registry.replace(std::move(next));
    }
    done = true;
  }};
  directory_reader reader{registry};
  std::uint64_t newest = 0;
  while (!done) {
    const auto match = reader.current().find_device("scaip", "26001");
    ASSERT_TRUE(match);
    ASSERT_EQ(match->device->resident(), "1001");
    ASSERT_GE(match->set->version(), newest);
    newest = match->set->version();
  }
}

}  // namespace
}  // namespace varde::registry
