// Dwelling numbers: the whole space of well-formed ones, and what is refused.
#include "registry/dwelling.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace varde::registry {
namespace {

TEST(dwelling, names_part_floor_and_door) {
  EXPECT_EQ(decode_dwelling("H0204"), (dwelling{building_part::main, 2, 4}));
  EXPECT_EQ(decode_dwelling("U0101"), (dwelling{building_part::under, 1, 1}));
  EXPECT_EQ(decode_dwelling("K0112"), (dwelling{building_part::cellar, 1, 12}));
  EXPECT_EQ(decode_dwelling("L9999"), (dwelling{building_part::loft, 99, 99}));
}

TEST(dwelling, refuses_what_is_no_dwelling_number) {
  for (const auto* text : {"", "H", "H020", "H02041", "h0204", "A0204", "H02O4", "H0004", "H0200",
                           " H0204", "H-204", "H02 4"})
    EXPECT_FALSE(decode_dwelling(text)) << text;
}

TEST(dwelling, every_well_formed_number_round_trips) {
  for (const char letter : std::string{"HUKL"})
    for (unsigned floor = 1; floor <= 99; ++floor)
      for (unsigned door = 1; door <= 99; ++door) {
        const auto found = decode_dwelling(fmt::format("{}{:02}{:02}", letter, floor, door));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->floor, floor);
        EXPECT_EQ(found->door, door);
      }
}

TEST(dwelling, any_text_is_answered_without_harm) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    if (const auto found = decode_dwelling(text)) RC_ASSERT(found->floor >= 1 && found->door >= 1);
  }));
}

}  // namespace
}  // namespace varde::registry
