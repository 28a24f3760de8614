// Several municipalities packed side by side: all of them, in order, or an error.
#include "registry/set_packing.hpp"

#include <gtest/gtest.h>

#include <string>

#include "registry/error.hpp"
#include "registry/sample_sets.hpp"

namespace varde::registry {
namespace {

stored_bytes set_of(const std::string& municipality) {
  auto set = samples::fjordvik();
  set.mutable_municipality()->set_id(municipality);
  return {municipality, "1-0", set.SerializeAsString()};
}

TEST(set_packing, more_sets_than_are_packed_at_a_time_come_out_in_order) {
  set_packing packing{2};
  for (int i = 0; i < 9; ++i) ASSERT_FALSE(packing.add(set_of(std::to_string(4000 + i))));
  const auto sets = packing.finish();
  ASSERT_TRUE(sets);
  ASSERT_EQ(sets->size(), 9u);
  for (int i = 0; i < 9; ++i) {
    const auto& set = *(*sets)[static_cast<std::size_t>(i)];
    EXPECT_EQ(set.id(), std::to_string(4000 + i));
    EXPECT_TRUE(set.find_device("scaip", "26001"));
  }
}

TEST(set_packing, without_a_set_there_is_none) {
  set_packing packing;
  const auto sets = packing.finish();
  ASSERT_TRUE(sets);
  EXPECT_TRUE(sets->empty());
}

TEST(set_packing, what_is_no_set_is_damage_however_many_are_good) {
  set_packing packing{4};
  ASSERT_FALSE(packing.add(set_of("4001")));
  ASSERT_FALSE(packing.add({"4002", "1-0", "\xff nonsense"}));
  ASSERT_FALSE(packing.add(set_of("4003")));
  EXPECT_EQ(packing.finish().error(), error::store_damaged);
}

TEST(set_packing, another_municipalitys_set_is_damage) {
  set_packing packing{1};
  auto stored = set_of("4001");
  stored.municipality = "4002";
  ASSERT_FALSE(packing.add(std::move(stored)));
  EXPECT_EQ(packing.add(set_of("4003")), error::store_damaged);
}

}  // namespace
}  // namespace varde::registry
