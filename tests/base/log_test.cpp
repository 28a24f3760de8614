// A hostile value can't forge a log line.
#include "base/log.hpp"

#include <gtest/gtest.h>

using namespace varde::base;

TEST(log_safe, escapes_control_characters_and_quotes) {
  EXPECT_EQ(log_safe("a\r\nb"), R"(a\\x0d\\x0ab)");
  EXPECT_EQ(log_safe("\x1b[2J"), R"(\\x1b[2J)");
  EXPECT_EQ(log_safe("say \"hi\""), R"(say \\x22hi\\x22)");
  EXPECT_EQ(log_safe(std::string(1000, 'x')).size(), 200u);
}

TEST(log_limiter, lets_so_many_a_second_through) {
  log_limiter limiter{2};
  EXPECT_TRUE(limiter.allow(1));
  EXPECT_TRUE(limiter.allow(1));
  EXPECT_FALSE(limiter.allow(1));
  EXPECT_TRUE(limiter.allow(2));
}
