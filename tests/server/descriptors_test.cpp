// The limit on open files follows the configuration, within what the system grants.
#include "server/descriptors.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace varde::server {
namespace {

class descriptors : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0); }
  void TearDown() override { setrlimit(RLIMIT_NOFILE, &before_); }
  void set_soft(rlim_t soft) const {
    const rlimit now{soft, before_.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &now), 0);
  }
  rlimit before_{};
};

TEST_F(descriptors, the_soft_limit_rises_to_what_the_configuration_needs) {
  set_soft(256);
  config c;
  c.edge.connections_max = 100;
  EXPECT_EQ(raise_descriptors(c), std::min<std::uint64_t>(descriptors_needed(c), before_.rlim_max));
}

TEST_F(descriptors, it_never_asks_for_more_than_its_bound_and_never_lowers) {
  set_soft(256);
  config c;
  c.edge.connections_max = 1'000'000;
  const auto most = std::min<std::uint64_t>(descriptors_max, before_.rlim_max);
  EXPECT_EQ(raise_descriptors(c), most);
  c.edge.connections_max = 1;
  EXPECT_EQ(raise_descriptors(c), most);
}

}  // namespace
}  // namespace varde::server
