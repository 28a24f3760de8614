// What is measured and what is beside it are told apart, and never share a device.
#include "crowd.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace {

using namespace varde::load;

demo with_devices(std::size_t count) {
  demo where;
  for (std::size_t i = 0; i < count; ++i) {
    demo_device& one = where.native_devices.emplace_back();
    one.id = "26" + std::to_string(i);
    one.municipality = i % 2 == 0 ? "9901" : "9902";
  }
  return where;
}

plan of(std::vector<stream> streams) {
  plan whole;
  whole.streams = std::move(streams);
  return whole;
}

stream with(std::size_t connections) {
  stream one;
  one.connections = connections;
  return one;
}

stream flooding(std::size_t connections) {
  stream one = with(connections);
  one.times_capacity = 10;
  return one;
}

stream quiet(std::size_t connections) {
  stream one = with(connections);
  one.kind = stream_kind::silent;
  return one;
}

const stream life = with(4), flood = flooding(6), silent = quiet(5);

TEST(divided_plan, floods_and_silent_streams_are_beside_the_others) {
  const divided_plan parts = divide(with_devices(15), of({life, flood, silent}));
  ASSERT_TRUE(parts.has_two);
  EXPECT_EQ(parts.measured.streams[0].connections, 4u);
  EXPECT_EQ(parts.measured.streams[1].connections, 0u);
  EXPECT_EQ(parts.measured.streams[1].times_capacity, 0);
  EXPECT_EQ(parts.beside.streams[0].connections, 0u);
  EXPECT_EQ(parts.beside.streams[0].rate_per_s, 0);
  EXPECT_EQ(parts.beside.streams[1].times_capacity, 10);
  EXPECT_EQ(parts.beside.streams[2].connections, 5u);
}

TEST(divided_plan, each_stream_keeps_devices_of_its_own) {
  const divided_plan parts = divide(with_devices(15), of({life, flood, silent}));
  std::unordered_set<std::size_t> all;
  for (const std::size_t s : {0, 1, 2}) {
    EXPECT_EQ(parts.measured.devices[s], parts.beside.devices[s]);
    all.insert(parts.measured.devices[s].begin(), parts.measured.devices[s].end());
  }
  EXPECT_EQ(all.size(), 15u);
}

TEST(divided_plan, a_plan_of_one_kind_stays_whole) {
  EXPECT_FALSE(divide(with_devices(15), of({life, life})).has_two);
  EXPECT_FALSE(divide(with_devices(15), of({flood})).has_two);
  EXPECT_FALSE(divide(with_devices(15), of({})).has_two);
}

TEST(divided_plan, a_plan_whose_streams_share_a_device_stays_whole) {
  stream of_one = life, of_all = flood;
  of_one.municipality = "9901";
  const divided_plan parts = divide(with_devices(10), of({of_all, of_one}));
  EXPECT_FALSE(parts.has_two);
  EXPECT_EQ(parts.measured.streams[1].connections, 4u);
}

TEST(divided_plan, municipalities_apart_share_no_device) {
  stream one = life, other = flood;
  one.municipality = "9901";
  other.municipality = "9902";
  EXPECT_TRUE(divide(with_devices(12), of({one, other})).has_two);
}

}  // namespace
