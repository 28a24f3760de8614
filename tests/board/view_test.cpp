// The order of the queue, and that an older change never undoes a newer one.
#include "board/view.hpp"

#include <gtest/gtest.h>

using namespace varde;
using namespace varde::alarm::v1;

namespace {

board::case_change change(std::string id, Lane lane, std::int64_t queued_us,
                          std::uint64_t version = 1, CaseState state = CASE_STATE_OPEN,
                          bool low = false) {
  auto c = std::make_shared<Case>();
  c->set_id(std::move(id));
  c->set_municipality("9901");
  c->set_subject("r-1");
  c->set_lane(lane);
  c->set_low(low);
  c->set_queued_at_us(queued_us);
  c->set_version(version);
  c->set_state(state);
  if (state == CASE_STATE_CLOSED) c->set_closed_at_us(queued_us + 1);
  return {c, "", {}};
}

std::vector<std::string> ids(const std::vector<board::case_pointer>& cases) {
  std::vector<std::string> out;
  for (const auto& c : cases) out.push_back(c->id());
  return out;
}

}  // namespace

TEST(view, life_is_first_then_the_longest_waiting_and_low_care_after_care) {
  board::view v;
  v.apply({change("tech", LANE_TECHNICAL, 1), change("low", LANE_CARE, 2, 1, CASE_STATE_OPEN, true),
           change("care", LANE_CARE, 5), change("life-new", LANE_LIFE, 9),
           change("life-old", LANE_LIFE, 7)});
  EXPECT_EQ(ids(v.open_cases()),
            (std::vector<std::string>{"life-old", "life-new", "care", "low", "tech"}));
}

TEST(view, an_older_change_does_not_undo_a_newer_one) {
  board::view v;
  v.apply({change("a", LANE_LIFE, 1, 3)});
  v.apply({change("a", LANE_CARE, 1, 2)});
  EXPECT_EQ(v.find("a")->lane(), LANE_LIFE);
  EXPECT_EQ(v.open_count(), 1u);
}

TEST(view, a_case_that_rises_moves_and_one_that_closes_leaves) {
  board::view v;
  v.apply({change("a", LANE_CARE, 1), change("b", LANE_CARE, 2)});
  v.apply({change("b", LANE_LIFE, 2, 2)});
  EXPECT_EQ(ids(v.open_cases()), (std::vector<std::string>{"b", "a"}));
  v.apply({change("b", LANE_LIFE, 2, 3, CASE_STATE_CLOSED)});
  EXPECT_EQ(ids(v.open_cases()), std::vector<std::string>{"a"});
  EXPECT_EQ(ids(v.closed_cases()), std::vector<std::string>{"b"});
}

TEST(view, closed_cases_are_kept_up_to_the_bound_the_newest) {
  board::view v;
  const auto max = static_cast<std::int64_t>(board::view::closed_kept_max);
  for (std::int64_t i = 0; i < max + 1; ++i)
    v.apply({change(std::to_string(i), LANE_CARE, i, 1, CASE_STATE_CLOSED)});
  EXPECT_EQ(v.closed_cases().size(), board::view::closed_kept_max);
  EXPECT_EQ(v.find("0"), nullptr);
  EXPECT_NE(v.find(std::to_string(max)), nullptr);
}
