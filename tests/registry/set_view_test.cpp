// One municipality's index: finding things, homes and ways in, and which plan holds.
#include "registry/set_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "registry/plans.hpp"
#include "registry/sample_sets.hpp"

namespace varde::registry {
namespace {

v1::Plan make_plan(const char* id, std::initializer_list<alarm::v1::Kind> kinds) {
  v1::Plan plan;
  plan.set_id(id);
  for (const auto kind : kinds) plan.add_kinds(kind);
  plan.add_steps()->set_id("s1");
  return plan;
}

TEST(set_view, finds_each_kind_of_thing_by_id) {
  const auto set = set_view::make(samples::fjordvik());
  EXPECT_EQ(set->id(), "9901");
  EXPECT_EQ(set->resident("1001")->name(), "Anna Solvang");
  EXPECT_EQ(set->household("h1")->whole().address().street(), "Naustveien 4");
  EXPECT_EQ(set->team("day")->name(), "Dagvakt");
  EXPECT_EQ(set->device("d1")->wire_id(), "26001");
  EXPECT_EQ(set->find_device("scaip", "26001"), set->device("d1"));
}

TEST(set_view, finds_nothing_where_nothing_is) {
  const auto set = set_view::make(samples::fjordvik());
  EXPECT_FALSE(set->resident("9"));
  EXPECT_FALSE(set->resident(""));
  EXPECT_FALSE(set->household("1001"));
  EXPECT_FALSE(set->find_device("native", "26001"));
}

TEST(set_view, a_household_gives_its_residents_address_and_devices) {
  const auto set = set_view::make(samples::fjordvik());
  const auto people = set->residents_of("h1");
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(set->address_of(people[1]).street(), "Naustveien 4");
  EXPECT_EQ(set->devices_of(*set->resident("1002")).size(), 1u);
  EXPECT_TRUE(set->residents_of("").empty());
}

TEST(set_view, the_people_of_a_household_are_found_in_the_sets_order_wherever_they_stand_in_it) {
  auto sample = samples::fjordvik();
  const std::array homes{"h2", "h1", "", "h3", "h1"};
  for (std::size_t i = 0; i < homes.size(); ++i) {
    auto& resident = *sample.add_residents();
    resident.set_id("n" + std::to_string(i));
    resident.set_household(homes[i]);
  }
  const auto set = set_view::make(std::move(sample));
  const auto ids_of = [&](std::string_view household) {
    std::string ids;
    for (const auto& one : set->residents_of(household)) ids.append(one->id()).append(1, ' ');
    return ids;
  };
  EXPECT_EQ(ids_of("h1"), "1001 1002 n1 n4 ");
  EXPECT_EQ(ids_of("h2"), "n0 ");
  EXPECT_EQ(ids_of("h3"), "n3 ");
  EXPECT_EQ(ids_of("h0"), "");
  EXPECT_EQ(ids_of("h4"), "");
}

TEST(set_view, a_resident_without_household_has_the_own_address) {
  const auto set = set_view::make(samples::fjordvik());
  EXPECT_EQ(set->address_of(*set->resident("1003")).street(), "Åslia 3");
  EXPECT_TRUE(set->devices_of(*set->resident("1003")).empty());
}

TEST(set_view, the_residents_own_way_in_goes_before_the_households) {
  const auto set = set_view::make(samples::fjordvik());
  EXPECT_EQ(set->access_of(*set->resident("1001")).key_box(), "Ved kjellerdøra");
  EXPECT_EQ(set->access_of(*set->resident("1002")).lock(), "Kodelås");
}

TEST(set_view, without_any_plan_the_built_in_one_holds) {
  const auto set = set_view::make(samples::fjordvik());
  EXPECT_EQ(set->plan_for({}, alarm::v1::KIND_FALL), &default_plan(alarm::v1::KIND_FALL));
  EXPECT_EQ(set->plan_for(set->resident("1003"), alarm::v1::KIND_FALL),
            &default_plan(alarm::v1::KIND_FALL));
}

TEST(set_view, a_plan_that_names_the_kind_goes_before_one_for_any_kind) {
  auto data = samples::fjordvik();
  *data.add_plans() = make_plan("any", {});
  *data.add_plans() = make_plan("fire", {alarm::v1::KIND_FIRE});
  const auto set = set_view::make(std::move(data));
  EXPECT_EQ(set->plan_for({}, alarm::v1::KIND_FIRE)->id(), "fire");
  EXPECT_EQ(set->plan_for({}, alarm::v1::KIND_FALL)->id(), "any");
}

TEST(set_view, a_residents_own_plan_serves_that_resident_alone_and_only_for_its_kinds) {
  auto data = samples::fjordvik();
  *data.add_plans() = make_plan("dementia", {alarm::v1::KIND_DOOR});
  const auto set = set_view::make(std::move(data));
  EXPECT_EQ(set->plan_for(set->resident("1003"), alarm::v1::KIND_DOOR)->id(), "dementia");
  EXPECT_EQ(set->plan_for(set->resident("1003"), alarm::v1::KIND_FALL)->id(), "default-personal");
  EXPECT_EQ(set->plan_for(set->resident("1001"), alarm::v1::KIND_DOOR)->id(), "default-personal");
}

TEST(set_view, steps_carry_the_numbers_that_the_plan_leaves_open) {
  const auto set = set_view::make(samples::fjordvik());
  const auto steps = set->steps_for(set->resident("1001"), alarm::v1::KIND_SAFETY_ALARM);
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps[0].action(), alarm::v1::STEP_ACTION_CALL_RESIDENT);
  EXPECT_EQ(steps[0].target(), "+4799900001");
  EXPECT_EQ(steps[1].action(), alarm::v1::STEP_ACTION_CHECK_NEXT_VISIT);
  EXPECT_EQ(steps[2].target(), "+4799900002");
  EXPECT_EQ(steps[3].action(), alarm::v1::STEP_ACTION_DISPATCH_TEAM);
  EXPECT_EQ(steps[4].target(), "113");
}

TEST(set_view, a_technical_alarm_calls_no_ambulance) {
  const auto set = set_view::make(samples::fjordvik());
  for (const auto& step : set->steps_for({}, alarm::v1::KIND_BATTERY))
    EXPECT_NE(step.action(), alarm::v1::STEP_ACTION_CALL_EMERGENCY);
}

}  // namespace
}  // namespace varde::registry
