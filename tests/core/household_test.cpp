// Expectations of people who share a household: what its devices hear counts for each of them, also
// where this node has forgotten the household or never held it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/local_time.hpp"
#include "core/engine_bench.hpp"

using namespace varde;
using test::model_ledger;
using test::node;

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t inactivity_type = 34;

/// Two people in one home with a movement sensor, and somebody alone with one of their own; the
/// rule's moment is some seconds after the bench's clock begins.
registry::v1::MunicipalitySet two_homes(std::int64_t due_us) {
  registry::v1::MunicipalitySet set;
  set.set_version(2);
  set.mutable_municipality()->set_id("9901");
  set.add_households()->set_id("h1");
  for (const auto* id : {"1", "2", "3"}) {
    auto& resident = *set.add_residents();
    resident.set_id(id);
    if (std::string_view{id} != "3") resident.set_household("h1");
  }
  for (const auto* wire_id : {"10140001", "10140003"}) {
    auto& device = *set.add_devices();
    device.set_id(wire_id);
    device.set_protocol("scaip");
    device.set_wire_id(wire_id);
    device.set_kind("movement_sensor");
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    if (std::string_view{wire_id} == "10140001")
      device.set_household("h1");
    else
      device.set_resident("3");
  }
  auto& rule = *set.mutable_policy()->add_rules();
  rule.set_id("up");
  rule.mutable_match()->add_device_kinds("movement_sensor");
  const auto clock = base::to_local(base::from_us(due_us));
  const std::chrono::hh_mm_ss by{clock.since_midnight};
  rule.mutable_absence()->set_by(
      fmt::format("{:02}:{:02}", by.hours().count(), by.minutes().count()));
  return set;
}

/// The next whole minute, when a rule can ask.
std::int64_t due_us() {
  constexpr std::int64_t minute_us = 60 * test::second_us;
  return (test::start_us / minute_us + 1) * minute_us;
}
int seconds_to(std::int64_t us) {
  return static_cast<int>((us - test::start_us) / test::second_us);
}

void hear_movement(node& n, const std::string& household) {
  alarm::admission a;
  a.signal = test::signal("movement/1", inactivity_type);
  a.signal.set_intent(alarm::v1::INTENT_INFORMATION);
  a.municipality = alarm::municipality_id{"9901"};
  a.subject = alarm::household_subject(household);
  a.known_device = true;
  a.lane = alarm::v1::LANE_CARE;
  n.engine->admit(std::move(a));
  n.engine->flush();
}

std::string asked_for(const node& n) {
  std::string subjects;
  for (const auto& c : n.published) subjects += c->subject() + ' ';
  return subjects;
}

}  // namespace

TEST(household, nobody_is_missed_whose_household_was_heard) {
  model_ledger ledger;
  node n{ledger};
  n.directory.replace(two_homes(due_us()));
  n.engine->open();
  hear_movement(n, "h1");
  n.pass(seconds_to(due_us()) + 5);
  EXPECT_EQ(asked_for(n), "r-3 ");
}

TEST(household, each_of_a_silent_household_is_missed) {
  model_ledger ledger;
  node n{ledger};
  n.directory.replace(two_homes(due_us()));
  n.engine->open();
  n.pass(seconds_to(due_us()) + 5);
  EXPECT_EQ(asked_for(n), "r-1 r-2 r-3 ");
}

TEST(household, what_this_node_has_forgotten_of_it_is_read_first) {
  model_ledger ledger;
  node other{ledger, "node-b"};
  other.directory.replace(two_homes(due_us()));
  other.engine->open();
  hear_movement(other, "h1");

  node n{ledger};
  n.directory.replace(two_homes(due_us()));
  n.engine->open();
  n.pass(seconds_to(due_us()) + 5);
  EXPECT_EQ(asked_for(n), "r-3 ");
}
