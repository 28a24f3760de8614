// When is it an outage, of what, of whom, and until when: on a clock of its own.
#include "triage/outage.hpp"

#include <gtest/gtest.h>

#include "triage/outage_town.hpp"

namespace varde::triage {
namespace {

using testing::outage_town;
using names = std::vector<std::string>;

std::vector<std::uint32_t> first(const std::vector<std::uint32_t>& of, std::size_t count) {
  return {of.begin(), of.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// A thousand homes elsewhere, on two networks.
struct outage : testing::outage_town, ::testing::Test {
  outage() {
    rest = homes(500, {"network:A", "power:rest"});
    for (const auto device : homes(500, {"network:B", "power:rest"})) rest.push_back(device);
  }
  std::vector<std::uint32_t> rest;
};

TEST_F(outage, an_unlikely_share_under_one_parent_is_an_outage_with_all_its_devices) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  down(first(area, 20));
  work();
  ASSERT_EQ(running_names(), names{"power:P"});
  EXPECT_EQ(running()[0]->down.size(), 20u);
  EXPECT_EQ(running()[0]->opened, 1);
}

TEST_F(outage, what_fails_here_and_there_is_none) {
  homes(60, {"network:A", "power:P"});
  open();
  for (std::size_t i = 0; i < rest.size(); i += 100) down(rest[i]);
  work();
  EXPECT_TRUE(running().empty());
}

TEST_F(outage, fewer_than_the_least_number_are_never_one) {
  const auto pair = homes(2, {"power:P"});
  open();
  down(pair);
  work();
  EXPECT_TRUE(running().empty());
}

TEST_F(outage, three_of_three_in_a_small_building_are_one) {
  const auto building = homes(3, {"network:A", "building:B"});
  open();
  down(building);
  work();
  EXPECT_EQ(running_names(), names{"building:B"});
}

TEST_F(outage, several_devices_of_one_home_count_once) {
  homes(60, {"network:A", "power:P"});
  const auto home = next_home();
  std::vector<std::uint32_t> devices;
  for (int i = 0; i < 6; ++i) devices.push_back(device(home, {"power:P"}));
  open();
  down(devices);
  work();
  EXPECT_TRUE(running().empty());
}

TEST_F(outage, the_sensors_behind_one_gateway_are_one) {
  const auto home = next_home();
  std::vector<std::uint32_t> sensors;
  for (int i = 0; i < 6; ++i) sensors.push_back(device(home, {"gateway:G", "network:A"}));
  open();
  down(sensors, down_sign::silent);
  work();
  EXPECT_EQ(running_names(), names{"gateway:G"});
}

TEST_F(outage, what_goes_further_apart_than_the_window_does_not_go_together) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  for (std::size_t i = 0; i < 10; ++i) {
    down(area[i]);
    wait(301);
  }
  EXPECT_TRUE(outages.empty());
}

TEST_F(outage, all_of_a_small_fleet_under_one_area_is_one) {
  outage_town village;
  const auto all = village.homes(30, {"power:P"});
  village.open();
  village.down(first(all, 15));
  village.work();
  EXPECT_EQ(village.running_names(), names{"power:P"});
}

TEST_F(outage, the_tightest_cover_is_blamed) {
  std::vector<std::uint32_t> station;
  for (int i = 0; i < 4; ++i) {
    const auto some = homes(40, {"network:A", "power:P", "station:S" + std::to_string(i)});
    if (i == 2) station = some;
  }
  open();
  down(first(station, 35), down_sign::silent);
  work();
  EXPECT_EQ(running_names(), names{"station:S2"});
}

TEST_F(outage, two_at_once_are_two) {
  const auto one = homes(60, {"network:A", "power:P"});
  const auto other = homes(60, {"network:B", "power:Q"});
  open();
  down(one);
  down(other);
  work();
  EXPECT_EQ(running_names(), (names{"power:P", "power:Q"}));
}

TEST_F(outage, what_goes_down_under_it_later_joins_however_late) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  down(first(area, 20));
  wait(2'000);
  down(area[40]);
  wait(1);
  ASSERT_EQ(running().size(), 1u);
  EXPECT_EQ(running()[0]->down.size(), 21u);
}

TEST_F(outage, a_mains_failure_is_not_put_down_to_a_network) {
  open();
  down({rest.begin(), rest.begin() + 400}, down_sign::silent);
  wait(1);
  ASSERT_EQ(running_names(), names{"network:A"});
  down(rest[450], down_sign::mains);
  EXPECT_EQ(correlator->outage_of(rest[450], down_sign::mains), 0u);
  EXPECT_NE(correlator->outage_of(rest[451], down_sign::silent), 0u);
}

TEST_F(outage, a_wider_cause_takes_the_place_of_the_narrower_in_the_same_outage) {
  std::vector<std::vector<std::uint32_t>> stations;
  for (int i = 0; i < 6; ++i)
    stations.push_back(homes(40, {"power:P", "station:S" + std::to_string(i)}));
  open();
  for (const auto& station : stations) {
    down(station, down_sign::silent);
    wait(5);
  }
  ASSERT_EQ(running_names(), names{"power:P"});
  EXPECT_EQ(running()[0]->down.size(), 240u);
  EXPECT_EQ(running()[0], &outages.begin()->second) << "the first of them goes on";
}

TEST_F(outage, house_by_house_is_one_outage_in_the_end) {
  std::vector<std::vector<std::uint32_t>> houses;
  for (int i = 0; i < 50; ++i)
    houses.push_back(homes(4, {"power:P", "building:" + std::to_string(i)}));
  for (int i = 0; i < 30; ++i) homes(4, {"power:Q", "building:q" + std::to_string(i)});
  homes(9'000, {"power:far"});
  open();
  for (const auto& house : houses) {
    down(house);
    wait(1);
  }
  EXPECT_EQ(running_names(), names{"power:P"});
  EXPECT_EQ(running()[0]->down.size(), 200u);
}

TEST_F(outage, a_device_that_is_back_for_a_while_leaves) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  down(area);
  wait(10);
  up(first(area, 30));
  work();
  EXPECT_EQ(running()[0]->down.size(), 60u);
  wait(16);
  EXPECT_EQ(running()[0]->down.size(), 30u);
}

TEST_F(outage, a_device_is_down_until_it_shows_no_sign_of_it_any_more) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  down(area);
  down(area, down_sign::silent);
  wait(10);
  up(area, down_sign::silent);
  wait(60);
  EXPECT_EQ(running()[0]->down.size(), 60u);
}

TEST_F(outage, flapping_neither_ends_nor_opens_one) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  for (int i = 0; i < 20; ++i) {
    down(area);
    wait(10);
    up(area);
    wait(10);
  }
  EXPECT_EQ(outages.size(), 1u);
  EXPECT_EQ(running().size(), 1u);
}

TEST_F(outage, when_all_are_back_it_is_over) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  down(area);
  wait(10);
  up(area);
  wait(40);
  EXPECT_TRUE(running().empty());
  EXPECT_EQ(outages.size(), 1u);
  EXPECT_TRUE(left.empty());
}

TEST_F(outage, the_few_that_stay_down_leave_it_after_two_minutes) {
  const auto area = homes(200, {"network:A", "power:P"});
  open();
  down(area);
  wait(10);
  up({area.begin() + 2, area.end()});
  wait(100);
  EXPECT_EQ(running().size(), 1u);
  wait(60);
  EXPECT_TRUE(running().empty());
  EXPECT_EQ(left, (std::set<std::uint32_t>{area[0], area[1]}));
}

TEST_F(outage, a_restored_one_goes_on_with_its_devices) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  const auto number = correlator->restore(parent("power:P"), now - 3'600 * second);
  for (const auto device : first(area, 30))
    correlator->restore_device(number, device, down_sign::mains, now - 3'600 * second);
  down(area[50]);
  work();
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(outages.begin()->second.opened, 0);
  EXPECT_EQ(outages.begin()->second.down, std::set<std::uint32_t>{area[50]});
}

TEST_F(outage, one_that_somebody_closed_does_not_come_again) {
  const auto area = homes(60, {"network:A", "power:P"});
  open();
  down(first(area, 30));
  wait(5);
  correlator->drop(outages.begin()->first);
  wait(500);
  EXPECT_EQ(outages.size(), 1u);
  EXPECT_EQ(correlator->outage_of(area[0], down_sign::mains), 0u);
}

TEST_F(outage, a_policy_that_says_off_finds_none) {
  const auto area = homes(60, {"network:A", "power:P"});
  registry::v1::OutagePolicy policy;
  policy.set_off(true);
  open(policy);
  down(area);
  work();
  EXPECT_TRUE(outages.empty());
}

TEST_F(outage, no_step_tells_of_more_devices_than_the_bound) {
  const auto area = homes(3'000, {"network:A", "power:P"});
  open();
  down(area);
  work();
  ASSERT_EQ(running()[0]->down.size(), 3'000u);
  for (const auto& change : changes)
    EXPECT_LE(change.joined.size(), outage_correlator::step_devices);
}

}  // namespace
}  // namespace varde::triage
