// The municipality's policy over the shared defaults, field by field, and in the directory, where a
// change of the defaults counts for everybody at once.
#include "registry/effective_policy.hpp"

#include <gtest/gtest.h>

#include "alarm/ids.hpp"
#include "registry/directory.hpp"
#include "registry/sample_sets.hpp"

namespace varde::registry {
namespace {

v1::Rule& add_rule(v1::Policy& policy, const char* id, std::uint32_t wait_s) {
  auto& rule = *policy.add_rules();
  rule.set_id(id);
  rule.set_reason("as agreed");
  rule.mutable_hold()->set_wait_s(wait_s);
  return rule;
}

TEST(effective_policy, the_municipalitys_rule_stands_in_the_place_of_the_default_of_that_id) {
  v1::Policy defaults, own;
  add_rule(defaults, "door", 30);
  add_rule(defaults, "bed", 60);
  add_rule(own, "bed", 90);
  const auto policy = effective_policy(own, defaults, 4);
  ASSERT_EQ(policy.rules_size(), 2);
  EXPECT_EQ(policy.rules(0).id(), "bed");
  EXPECT_EQ(policy.rules(0).hold().wait_s(), 90u);
  EXPECT_TRUE(policy.rules(0).own());
  EXPECT_EQ(policy.rules(1).id(), "door");
  EXPECT_FALSE(policy.rules(1).own());
  EXPECT_EQ(policy.version(), 4u);
}

TEST(effective_policy, a_default_that_is_switched_off_is_gone) {
  v1::Policy defaults, own;
  add_rule(defaults, "door", 30);
  auto& off = *own.add_rules();
  off.set_id("door");
  off.set_off(true);
  EXPECT_EQ(effective_policy(own, defaults, 1).rules_size(), 0);
}

TEST(effective_policy, other_fields_are_the_municipalitys_where_it_sets_them) {
  v1::Policy defaults, own;
  defaults.set_answer_target_s(45);
  defaults.set_claim_idle_s(300);
  defaults.mutable_load()->set_flood_cases(8);
  defaults.mutable_load()->set_partner("Nord");
  own.set_answer_target_s(90);
  own.mutable_load()->set_flood_cases(12);
  const auto policy = effective_policy(own, defaults, 1);
  EXPECT_EQ(policy.answer_target_s(), 90u);
  EXPECT_EQ(policy.claim_idle_s(), 300u);
  EXPECT_EQ(policy.load().flood_cases(), 12u);
  EXPECT_EQ(policy.load().partner(), "Nord");
}

TEST(effective_policy, own_lane_rules_and_supervision_come_first_and_an_escalation_is_whole) {
  v1::Policy defaults, own;
  defaults.add_lane_rules()->set_reason("default");
  own.add_lane_rules()->set_reason("own");
  defaults.add_supervision()->set_beat_interval_s(60);
  own.add_supervision()->set_beat_interval_s(30);
  for (const auto after_s : {60u, 120u}) defaults.add_answer_escalation()->set_after_s(after_s);
  defaults.add_visit_escalation()->set_after_s(75);
  own.add_answer_escalation()->set_after_s(20);
  const auto policy = effective_policy(own, defaults, 1);
  EXPECT_EQ(policy.lane_rules(0).reason(), "own");
  EXPECT_EQ(policy.lane_rules(1).reason(), "default");
  EXPECT_EQ(policy.supervision(0).beat_interval_s(), 30u);
  EXPECT_EQ(policy.supervision(1).beat_interval_s(), 60u);
  ASSERT_EQ(policy.answer_escalation_size(), 1);
  EXPECT_EQ(policy.answer_escalation(0).after_s(), 20u);
  EXPECT_EQ(policy.visit_escalation_size(), 1);
}

struct shared_defaults : testing::Test {
  shared_defaults() {
    registry.replace(samples::fjordvik());
    registry.replace(samples::nordmark());
  }
  bool set_defaults(std::uint64_t version, std::uint32_t answer_target_s) {
    v1::MunicipalitySet set;
    set.set_version(version);
    set.mutable_municipality()->set_id(std::string{alarm::centre});
    set.mutable_policy()->set_answer_target_s(answer_target_s);
    return registry.replace(std::move(set));
  }
  std::uint32_t target_of(const char* municipality) {
    return registry.current()->municipality(municipality)->policy().answer_target_s();
  }
  directory registry;
};

TEST_F(shared_defaults, count_for_every_municipality_at_once) {
  const auto before = registry.current();
  ASSERT_TRUE(set_defaults(1, 33));
  EXPECT_EQ(target_of("9901"), 33u);
  EXPECT_EQ(target_of("9902"), 33u);
  EXPECT_TRUE(set_defaults(2, 44));
  EXPECT_EQ(target_of("9902"), 44u);
  EXPECT_FALSE(set_defaults(1, 33)) << "an older version changes nothing";
  EXPECT_EQ(target_of("9902"), 44u);
  EXPECT_NE(before->municipality("9901")->policy().answer_target_s(), 33u)
      << "who reads an older view keeps it";
}

TEST_F(shared_defaults, carry_their_version_for_what_they_decide_by_themselves) {
  ASSERT_TRUE(set_defaults(7, 33));
  EXPECT_EQ(registry.current()->defaults()->policy().version(), 7u);
}

TEST_F(shared_defaults, are_no_municipality) {
  ASSERT_TRUE(set_defaults(1, 33));
  EXPECT_EQ(registry.current()->municipalities().size(), 2u);
  EXPECT_EQ(registry.current()->municipality(alarm::centre), nullptr);
}

TEST_F(shared_defaults, count_for_a_municipality_that_comes_later) {
  ASSERT_TRUE(registry.remove("9902"));
  ASSERT_TRUE(set_defaults(1, 33));
  registry.replace(samples::nordmark());
  EXPECT_EQ(target_of("9902"), 33u);
}

TEST_F(shared_defaults, share_the_municipalitys_tables) {
  const auto before = registry.current()->municipality("9901")->resident("1001");
  ASSERT_TRUE(set_defaults(1, 33));
  EXPECT_EQ(registry.current()->municipality("9901")->resident("1001"), before);
}

TEST_F(shared_defaults, can_be_taken_away) {
  ASSERT_TRUE(set_defaults(1, 33));
  ASSERT_TRUE(registry.remove(alarm::centre));
  EXPECT_NE(target_of("9901"), 33u);
  EXPECT_FALSE(registry.remove(alarm::centre));
}

}  // namespace
}  // namespace varde::registry
