// That a frozen case is a copy, and that what it shares with the one before outlives that.
#include "board/frozen.hpp"

#include <gtest/gtest.h>

using namespace varde;
using namespace varde::alarm::v1;

namespace {

Case case_with_plan() {
  Case c;
  c.set_id("9901.r-1.1");
  for (const auto* text : {"call the resident, and let it ring", "send the team that is nearest"}) {
    auto& step = *c.add_steps();
    step.set_id(std::string{text}.substr(0, 4));
    step.set_text(text);
  }
  c.add_alarms()->set_device("button-1");
  return c;
}

}  // namespace

TEST(frozen, a_frozen_case_is_the_same_and_stays_so) {
  auto c = case_with_plan();
  const auto expected = c.SerializeAsString();
  const auto whole = board::freeze(c);
  const auto first = board::freeze_again(c, nullptr);
  const auto second = board::freeze_again(c, first);
  c.mutable_steps(0)->set_done(true);
  c.set_lane_reason("aged");
  EXPECT_EQ(whole->SerializeAsString(), expected);
  EXPECT_EQ(first->SerializeAsString(), expected);
  EXPECT_EQ(second->SerializeAsString(), expected);
}

TEST(frozen, a_case_has_its_steps_after_it_was_frozen) {
  auto c = case_with_plan();
  const auto expected = c.SerializeAsString();
  (void)board::freeze_again(c, board::freeze_again(c, nullptr));
  EXPECT_EQ(c.SerializeAsString(), expected);
}

TEST(frozen, an_unchanged_plan_is_shared_and_outlives_the_case_it_was_frozen_with) {
  auto c = case_with_plan();
  auto first = board::freeze_again(c, nullptr);
  c.set_attention(true);
  const auto second = board::freeze_again(c, first);
  EXPECT_EQ(&first->steps(0), &second->steps(0));
  first = nullptr;
  EXPECT_EQ(second->SerializeAsString(), c.SerializeAsString());
}

TEST(frozen, a_changed_plan_is_frozen_anew) {
  auto c = case_with_plan();
  const auto first = board::freeze_again(c, nullptr);
  c.mutable_steps(1)->set_done(true);
  const auto second = board::freeze_again(c, first);
  EXPECT_FALSE(first->steps(1).done());
  EXPECT_TRUE(second->steps(1).done());
}

TEST(frozen, a_change_of_any_field_of_a_step_is_noticed) {
  const auto* fields = Step::descriptor();
  const auto* reflection = Step::GetReflection();
  for (int i = 0; i < fields->field_count(); ++i) {
    auto c = case_with_plan();
    const auto first = board::freeze_again(c, nullptr);
    auto* step = c.mutable_steps(0);
    const auto* field = fields->field(i);
    using type = google::protobuf::FieldDescriptor;
    switch (field->cpp_type()) {
      case type::CPPTYPE_STRING:
        reflection->SetString(step, field, "something else");
        break;
      case type::CPPTYPE_BOOL:
        reflection->SetBool(step, field, true);
        break;
      case type::CPPTYPE_INT64:
        reflection->SetInt64(step, field, 7);
        break;
      case type::CPPTYPE_ENUM:
        reflection->SetEnumValue(step, field, STEP_ACTION_OTHER);
        break;
      default:
        FAIL() << field->name() << " is of a type that this test does not know";
    }
    EXPECT_EQ(board::freeze_again(c, first)->SerializeAsString(), c.SerializeAsString())
        << field->name();
  }
}

TEST(frozen, a_case_that_somebody_else_made_is_no_hindrance) {
  auto c = case_with_plan();
  const auto made = std::make_shared<const Case>(c);
  EXPECT_EQ(board::freeze_again(c, made)->SerializeAsString(), c.SerializeAsString());
}
