// RFC 3339 both ways.
#include "base/time.hpp"

#include <gtest/gtest.h>

using namespace varde::base;

TEST(rfc3339, writes_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(from_us(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(from_us(1'800'000'000'123'456)), "2027-01-15T08:00:00.123Z");
}

TEST(rfc3339, reads_fractions_and_offsets) {
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:01.5Z"), from_us(1'500'000));
  EXPECT_EQ(from_rfc3339("1970-01-01T01:00:00+01:00"), from_us(0));
  EXPECT_EQ(from_rfc3339("1969-12-31T23:30:00-00:30"), from_us(0));
}

TEST(rfc3339, refuses_what_is_not_a_time) {
  for (const auto* text :
       {"", "1970-01-01", "1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+0100",
        "1970-01-01T00:00:00Zx", "1970-01-01T00:00:-1Z"})
    EXPECT_FALSE(from_rfc3339(text)) << text;
}
