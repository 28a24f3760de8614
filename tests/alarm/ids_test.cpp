// Ids that locate themselves.
#include "alarm/ids.hpp"

#include <gtest/gtest.h>

using namespace varde::alarm;

TEST(ids, a_case_id_names_its_municipality_subject_and_version) {
  const auto id = make_case_id("9901", resident_subject("12").str(), 7);
  EXPECT_EQ(id.str(), "9901.r-12.7");
  const auto found = locate(id.str());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->municipality.str(), "9901");
  EXPECT_EQ(found->subject.str(), "r-12");
  EXPECT_EQ(found->opened_version, 7u);
}

TEST(ids, a_visit_id_names_its_case) {
  EXPECT_EQ(make_visit_id("9901.r-12.7", 2).str(), "9901.r-12.7.v2");
  EXPECT_EQ(case_of_visit("9901.r-12.7.v2"), "9901.r-12.7");
}

TEST(ids, what_is_no_id_is_not_located) {
  for (const auto* text : {"", "9901", "9901.r-1", ".r-1.1", "9901..1", "9901.r-1.0", "9901.r-1.x",
                           "9901.r-1.1.2", "9901.r-1.1x"})
    EXPECT_FALSE(locate(text)) << text;
  for (const auto* text : {"9901.r-1.1", "9901.r-1.1.v", "9901.r-1.1.vx", "x.v1"})
    EXPECT_FALSE(case_of_visit(text)) << text;
}

TEST(ids, wire_names_and_addresses_are_escaped) {
  EXPECT_EQ(unknown_subject("::1").str(), "u-~3a~3a1");
  EXPECT_EQ(device_subject("scaip", "a.b c").str(), "d-scaip-a~2eb~20c");
  EXPECT_EQ(resident_of("r-12"), "12");
  EXPECT_FALSE(resident_of("h-12"));
  EXPECT_EQ(household_of("h-3"), "3");
}

TEST(ids, plain_ids_are_letters_digits_dashes) {
  EXPECT_TRUE(is_plain_id("A-9_z"));
  EXPECT_FALSE(is_plain_id(""));
  EXPECT_FALSE(is_plain_id("a.b"));
  EXPECT_FALSE(is_plain_id("12345", 4));
}
