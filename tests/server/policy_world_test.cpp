// A recorded day under another policy: what would have waited, what would have been a case, and
// what people did played along.
#include "server/policy_world.hpp"

#include <gtest/gtest.h>

#include "server/policy_comparison.hpp"
#include "triage/signals.hpp"

namespace varde::server {
namespace {

using namespace alarm::v1;
using test::bench;

/// Resident 1 with a door sensor, under a policy of its own.
std::shared_ptr<const registry::set_view> made_up(const registry::v1::Policy& policy) {
  registry::v1::MunicipalitySet set;
  set.mutable_municipality()->set_id("9901");
  auto& resident = *set.add_residents();
  resident.set_id("1");
  auto& device = *set.add_devices();
  device.set_id("u1");
  device.set_protocol("scaip");
  device.set_wire_id("10140001");
  device.set_kind("door_sensor");
  device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
  device.set_resident("1");
  *set.mutable_policy() = policy;
  return registry::set_view::make(std::move(set));
}

registry::v1::Policy holding_doors(std::uint32_t wait_s) {
  registry::v1::Policy policy;
  auto& rule = *policy.add_rules();
  rule.set_id("doors");
  rule.set_reason("doors close again");
  rule.mutable_match()->add_device_kinds("door_sensor");
  rule.mutable_hold()->set_wait_s(wait_s);
  return policy;
}

/// What a node without rules recorded.
struct recorded_day : testing::Test {
  bench node;
  std::vector<Entry> ledger;

  void receive(const Signal& signal) {
    for (auto& entry : node.receive(signal).entries) ledger.push_back(entry);
  }
  void keep(const triage::command_decision& decision) {
    for (const auto& entry : decision.entries) ledger.push_back(entry);
  }
  policy_world played(const registry::v1::Policy& policy) {
    policy_world world{made_up(policy)};
    world.begin(base::from_us(test::start_us));
    for (const auto& entry : ledger) world.take(entry);
    world.finish(node.at().now + std::chrono::hours{1});
    return world;
  }
  static const fate& of(const policy_world& world, std::string_view signal) {
    for (const auto& [arrival, became] : world.fates())
      if (arrival.id == signal) return became;
    static const fate none;
    return none;
  }
};

TEST_F(recorded_day, a_door_that_was_closed_in_time_would_have_been_no_case) {
  receive(test::signal("d/1", 14));
  node.wait_s(10);
  receive(test::signal("d/2", 14, 21));
  const auto world = played(holding_doors(60));
  EXPECT_EQ(of(world, "d/1").what, "waited, was restored");
  EXPECT_EQ(of(world, "d/1").rule, "doors");
  EXPECT_EQ(of(world, "d/2").what, "restored what waited");
  EXPECT_EQ(of(played({}), "d/1").what, "opened a case");
}

TEST_F(recorded_day, a_door_that_stayed_open_would_have_been_a_case_after_all) {
  receive(test::signal("d/1", 14));
  const auto world = played(holding_doors(60));
  EXPECT_EQ(of(world, "d/1").what, "waited, opened a case");
  EXPECT_TRUE(of(world, "d/1").opened);
}

TEST_F(recorded_day, what_a_person_closed_is_closed_in_every_world) {
  receive(test::signal("d/1", 14));
  keep(node.claim("kari"));
  keep(node.close("kari"));
  node.wait_s(3'600);
  receive(test::signal("d/2", 14));
  EXPECT_EQ(of(played({}), "d/2").what, "opened a case");
  EXPECT_EQ(of(played(holding_doors(60)), "d/2").what, "waited, opened a case");
}

TEST_F(recorded_day, the_comparison_counts_cases_and_names_each_signal_that_differs) {
  receive(test::signal("d/1", 14));
  node.wait_s(10);
  receive(test::signal("d/2", 14, 21));
  receive(test::signal("d/3"));
  const auto report = compare(played({}), played(holding_doors(60)));
  EXPECT_NE(report.find("3 signals of 1 people and devices."), std::string::npos) << report;
  EXPECT_NE(report.find("  all" + std::string(48, ' ') + "2         1"), std::string::npos)
      << report;
  EXPECT_NE(report.find("2 signals would have gone another way:"), std::string::npos) << report;
  EXPECT_NE(report.find("d/1 door: opened a case (care) → waited, was restored by doors \"doors "
                        "close again\""),
            std::string::npos)
      << report;
  EXPECT_EQ(report.find("d/3 "), std::string::npos) << report;
}

TEST_F(recorded_day, the_same_policy_differs_in_nothing) {
  receive(test::signal("d/1", 14));
  receive(test::signal("d/2"));
  EXPECT_NE(compare(played(holding_doors(60)), played(holding_doors(60)))
                .find("0 signals would have gone another way."),
            std::string::npos);
}

}  // namespace
}  // namespace varde::server
