// A power cut at the engine, on a clock that only the test moves: one case instead of many, the
// personal alarm beside it, the way back, and a node that takes over in the middle.
#include "core/outages.hpp"

#include <gtest/gtest.h>

#include "core/engine_bench.hpp"

namespace varde::core {
namespace {

using alarm::v1::Case;
using test::model_ledger;
using test::node;

constexpr std::uint32_t button = 3, tells_status = 45;
constexpr std::uint32_t mains_failed = 85, mains_back = 86;

/// 100 homes elsewhere and 40 under power:P.
registry::v1::MunicipalitySet town() {
  registry::v1::MunicipalitySet set;
  set.mutable_municipality()->set_id("9901");
  set.set_version(1);
  for (int i = 0; i < 140; ++i) {
    const auto id = std::to_string(i);
    set.add_residents()->set_id(id);
    auto& device = *set.add_devices();
    device.set_id("u" + id);
    device.set_protocol("scaip");
    device.set_wire_id("w" + id);
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_resident(id);
    device.add_depends_on(i < 40 ? "power:P" : "power:rest");
  }
  return set;
}

struct centre : node {
  explicit centre(model_ledger& on, std::string name = "node-a") : node{on, std::move(name)} {
    directory.replace(town());
    engine->open();
  }

  void says(int device, std::uint32_t status, std::uint32_t type = tells_status) {
    alarm::admission a;
    const auto id = std::to_string(device);
    a.signal = test::signal("w" + id + "/" + std::to_string(++signals), type);
    a.signal.set_protocol("scaip");
    a.signal.set_device("w" + id);
    a.signal.set_status(status);
    a.signal.set_received_at_us(test::start_us + elapsed_s * test::second_us);
    a.municipality = alarm::municipality_id{"9901"};
    a.subject = alarm::resident_subject(id);
    a.device_kind = "safety_alarm";
    a.known_device = true;
    a.lane = type == button ? alarm::v1::LANE_LIFE : alarm::v1::LANE_TECHNICAL;
    a.reply = {0, static_cast<std::uint64_t>(signals)};
    engine->admit(std::move(a));
    engine->flush();
  }
  void power_cut(int from, int to) {
    for (int i = from; i < to; ++i) says(i, mains_failed);
  }
  std::vector<board::case_pointer> open(alarm::v1::Kind kind) const {
    std::vector<board::case_pointer> out;
    for (const auto& c : engine->view().open_cases())
      if (c->kind() == kind) out.push_back(c);
    return out;
  }
  const alarm::v1::OutageSummary* outage() const {
    const auto cases = open(alarm::v1::KIND_OUTAGE);
    return cases.size() == 1 ? &cases[0]->outage() : nullptr;
  }
  int signals = 0;
};

struct outages_of : ::testing::Test {
  model_ledger ledger;
};

TEST_F(outages_of, a_power_cut_is_one_case_and_none_each) {
  centre c{ledger};
  c.pass(2);
  c.power_cut(0, 20);
  c.pass(2);
  ASSERT_NE(c.outage(), nullptr);
  EXPECT_EQ(c.outage()->parent(), "power:P");
  EXPECT_EQ(c.outage()->devices_total(), 40u);
  EXPECT_EQ(c.outage()->devices_down(), 20u);
  EXPECT_EQ(c.outage()->residents_down(), 20u);
  EXPECT_TRUE(c.open(alarm::v1::KIND_MAINS).empty()) << "closed as part of it";
  c.power_cut(20, 40);
  EXPECT_TRUE(c.open(alarm::v1::KIND_MAINS).empty()) << "recorded under it";
  c.pass(2);
  EXPECT_EQ(c.outage()->devices_down(), 40u);
}

TEST_F(outages_of, a_personal_alarm_in_the_middle_is_its_own_and_first) {
  centre c{ledger};
  c.pass(2);
  c.power_cut(0, 30);
  c.pass(2);
  c.says(7, 10, button);
  const auto queue = c.engine->view().open_cases();
  ASSERT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue[0]->subject(), "r-7");
  EXPECT_EQ(queue[0]->lane(), alarm::v1::LANE_LIFE);
}

TEST_F(outages_of, when_the_power_is_back_the_case_closes_by_itself) {
  centre c{ledger};
  c.pass(2);
  c.power_cut(0, 30);
  c.pass(2);
  for (int i = 0; i < 30; ++i) c.says(i, mains_back);
  c.pass(20);
  ASSERT_NE(c.outage(), nullptr);
  EXPECT_EQ(c.outage()->devices_back(), 30u);
  c.pass(30);
  EXPECT_TRUE(c.open(alarm::v1::KIND_OUTAGE).empty());
}

TEST_F(outages_of, a_claimed_one_is_marked_over_and_left_to_its_owner) {
  centre c{ledger};
  c.pass(2);
  c.power_cut(0, 30);
  c.pass(2);
  c.claim("kari", c.open(alarm::v1::KIND_OUTAGE)[0]->id());
  for (int i = 0; i < 30; ++i) c.says(i, mains_back);
  c.pass(25, [&] { c.engine->presence("kari"); });
  c.pass(25, [&] { c.engine->presence("kari"); });
  ASSERT_NE(c.outage(), nullptr);
  EXPECT_TRUE(c.outage()->over());
}

TEST_F(outages_of, what_is_still_down_when_it_is_over_gets_a_case_of_its_own) {
  centre c{ledger};
  c.pass(2);
  c.power_cut(0, 30);
  c.pass(2);
  for (int i = 1; i < 30; ++i) c.says(i, mains_back);
  c.pass(200);
  EXPECT_TRUE(c.open(alarm::v1::KIND_OUTAGE).empty());
  const auto left = c.open(alarm::v1::KIND_MAINS);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]->subject(), "r-0");
}

TEST_F(outages_of, another_node_goes_on_with_it) {
  centre a{ledger};
  a.pass(2);
  a.power_cut(0, 20);
  a.pass(2);
  ASSERT_NE(a.outage(), nullptr);
  centre b{ledger, "node-b"};
  for (const auto& [key, entries] : ledger.entries)
    for (const auto& entry : entries) b.engine->follow(entry);
  b.elapsed_s = a.elapsed_s;
  b.pass(20);
  b.signals = 1'000;
  b.power_cut(20, 30);
  b.pass(5);
  ASSERT_NE(b.outage(), nullptr) << "the same one, and no other";
  EXPECT_EQ(b.open(alarm::v1::KIND_OUTAGE)[0]->id(), a.open(alarm::v1::KIND_OUTAGE)[0]->id());
  EXPECT_EQ(b.outage()->devices_down(), 30u);
}

TEST_F(outages_of, one_that_a_person_closed_stays_closed) {
  centre c{ledger};
  c.pass(2);
  c.power_cut(0, 30);
  c.pass(2);
  const auto id = c.open(alarm::v1::KIND_OUTAGE)[0]->id();
  c.claim("kari", id);
  c.command(
      "kari", id,
      [](auto& command) {
        command.mutable_close()->mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_TECHNICAL);
        command.mutable_close()->mutable_outcome()->set_cause("power");
        command.mutable_close()->mutable_outcome()->set_action("none");
      },
      "close");
  c.pass(30);
  EXPECT_TRUE(c.open(alarm::v1::KIND_OUTAGE).empty());
}

}  // namespace
}  // namespace varde::core
