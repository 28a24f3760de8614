// A country's worth of registered devices: as many as asked for, whole municipalities but the last,
// and the same again from the same seed.
#include "server/demo_registered.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace varde::server;

constexpr std::size_t devices = registered_each + 10;

TEST(registered, the_municipalities_hold_as_many_devices_as_asked_for) {
  ASSERT_EQ(registered_municipalities(devices), 2u);
  EXPECT_EQ(registered_municipalities(0), 0u);
  EXPECT_EQ(make_registered(1, 0, devices).devices_size(), static_cast<int>(registered_each));
  EXPECT_EQ(make_registered(1, 1, devices).devices_size(), 10);
}

TEST(registered, every_device_has_a_name_and_a_resident_of_its_own) {
  std::set<std::string> names, residents;
  for (std::size_t number = 0; number < 2; ++number) {
    const auto set = make_registered(1, number, devices);
    for (const auto& device : set.devices()) {
      names.insert(device.wire_id());
      residents.insert(set.municipality().id() + "/" + device.resident());
    }
  }
  EXPECT_EQ(names.size(), devices);
  EXPECT_EQ(residents.size(), devices);
}

TEST(registered, the_same_seed_makes_the_same_people) {
  EXPECT_EQ(make_registered(7, 3, 20'000).SerializeAsString(),
            make_registered(7, 3, 20'000).SerializeAsString());
}

}  // namespace
