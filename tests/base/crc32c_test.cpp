// CRC-32C against the vectors of RFC 3720, B.4, and its two ways against each other.
#include "base/crc32c.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

using namespace varde::base;

namespace {

std::string counting(int from, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(from + i * step);
  return bytes;
}

}  // namespace

TEST(crc32c, both_ways_give_the_values_of_rfc_3720) {
  for (const auto compute : {crc32c, crc32c_by_table}) {
    EXPECT_EQ(compute(std::string(32, '\0'), 0), 0x8a9136aau);
    EXPECT_EQ(compute(std::string(32, '\xff'), 0), 0x62a8ab43u);
    EXPECT_EQ(compute(counting(0, 1), 0), 0x46dd794eu);
    EXPECT_EQ(compute(counting(31, -1), 0), 0x113fdb5cu);
    EXPECT_EQ(compute("123456789", 0), 0xe3069283u);
  }
}

TEST(crc32c, both_ways_agree_and_parts_make_the_whole) {
  EXPECT_TRUE(rc::check([](const std::string& a, const std::string& b) {
    RC_ASSERT(crc32c(a + b) == crc32c_by_table(a + b));
    RC_ASSERT(crc32c(a + b) == crc32c(b, crc32c(a)));
  }));
}
