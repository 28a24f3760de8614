// Runs the model check of the lanes with the other tests, where Spin is installed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

TEST(lanes_model, holds_in_every_state_and_its_broken_variants_are_caught) {
  if (std::system("command -v spin >/dev/null 2>&1") != 0) GTEST_SKIP() << "spin is not installed";
  const std::string check = VARDE_SOURCE_DIR "/tests/lanes/model/check.sh";
  EXPECT_EQ(std::system(("'" + check + "' >&2").c_str()), 0);
}

}  // namespace
