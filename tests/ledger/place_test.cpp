// Places between their text in Redis and what they say.
#include "ledger/place.hpp"

#include <gtest/gtest.h>

namespace varde::ledger {
namespace {

TEST(place, a_place_comes_back_from_its_text) {
  for (const place p :
       {place{}, place{17}, place{17, place::in_element{3, {1'795'312'305'009, 2}}}})
    EXPECT_EQ(parse_place(to_string(p)), p);
  EXPECT_EQ(to_string(place{17}), "17 ");
  EXPECT_EQ(to_string(place{17, place::in_element{3, {1'795'312'305'009, 2}}}),
            "17 3 1795312305009-2");
}

TEST(place, what_is_no_place_is_refused) {
  for (const char* text : {"", " ", "17", "x ", "17 3", "17 3 ", "17 3 1795", "17  1795-2", "-1 ",
                           "17 3 1795-2 ", "17 x 1795-2"})
    EXPECT_FALSE(parse_place(text)) << text;
}

}  // namespace
}  // namespace varde::ledger
