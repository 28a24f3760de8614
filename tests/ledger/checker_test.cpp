// The checker finds a good story whole, and each rule's breach, and nothing but that breach.
#include "ledger/checker.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/told_entries.hpp"

namespace varde::ledger {
namespace {

using namespace alarm::v1;
using test::story;

class checker_test : public testing::Test {
 protected:
  /// The breaches of the story, by their codes, in order.
  std::vector<std::string> breaches() {
    std::vector<std::string> found;
    checker check{[&](const found_breach& one) {
      found.emplace_back(to_code(one.what));
      last_ = one;
    }};
    std::uint64_t n = 0;
    for (const auto& entry : told_.entries()) check.take(entry, {++n, 0});
    counts_ = check.counts(story::municipality);
    return found;
  }

  using codes = std::vector<std::string>;
  story told_;
  found_breach last_{};
  checked_counts counts_;
};

TEST_F(checker_test, a_case_from_press_to_closing_is_whole_and_counted) {
  const auto c = told_.open("r-1", "1/1");
  told_.join(c, "1/2");
  told_.claim(c, "kari");
  told_.release(c, "kari");
  told_.claim(c, "ole");
  told_.take_over(c, "ole", "kari");
  const auto first = told_.send(c, "kari", "day");
  told_.move(first, "per", VISIT_STATE_DECLINED);
  const auto second = told_.send(c, "kari", "day", 2);
  told_.move(second, "anne", VISIT_STATE_ACCEPTED);
  told_.move(second, "anne", VISIT_STATE_EN_ROUTE);
  told_.move(second, "anne", VISIT_STATE_ON_SITE);
  told_.move(second, "anne", VISIT_STATE_DONE);
  told_.close(c, "kari");
  told_.on(c, "ole", [](Entry& e) { e.mutable_note_added()->set_text("afterwards"); });
  told_.open("r-1", "1/3");
  told_.open("r-2", "2/1");
  EXPECT_EQ(breaches(), codes{});
  EXPECT_EQ(counts_.entries, 17u);
  EXPECT_EQ(counts_.subjects, 2u);
  EXPECT_EQ(counts_.cases, 3u);
  EXPECT_EQ(counts_.cases_open, 2u);
  EXPECT_EQ(counts_.signals, 4u);
  EXPECT_EQ(counts_.visits, 2u);
  EXPECT_EQ(counts_.commands, 13u);
}

TEST_F(checker_test, a_version_left_out_is_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.release(c, "kari");
  told_.entries().erase(told_.entries().begin() + 1);
  EXPECT_EQ(breaches(), (codes{"version_gap", "no_owner"}));
}

TEST_F(checker_test, an_entry_decided_on_another_history_is_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.entries()[0].set_node("b");
  EXPECT_EQ(breaches(), codes{"history_parted"});
}

TEST_F(checker_test, entries_from_before_there_were_tips_are_not_held_to_them) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  for (auto& entry : told_.entries()) entry.clear_previous();
  EXPECT_EQ(breaches(), codes{});
}

TEST_F(checker_test, a_signal_in_two_cases_is_found) {
  told_.open("r-1", "1/1");
  told_.open("r-2", "1/1");
  EXPECT_EQ(breaches(), codes{"signal_twice"});
  EXPECT_EQ(last_.subject, "r-2");
  EXPECT_NE(last_.detail.find("version 1 of 9901/r-1"), std::string::npos) << last_.detail;
}

TEST_F(checker_test, a_signal_counted_twice_in_one_case_is_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.join(c, "1/1");
  EXPECT_EQ(breaches(), codes{"signal_twice"});
}

TEST_F(checker_test, the_same_number_of_two_protocols_is_two_signals) {
  told_.open("r-1", "1/1");
  told_.open("r-2", "1/1");
  told_.entries()[1].mutable_case_opened()->mutable_signal()->set_protocol("native");
  EXPECT_EQ(breaches(), codes{});
}

TEST_F(checker_test, a_command_carried_out_twice_is_found) {
  const auto c = told_.open("r-1", "1/1");
  for (int i = 0; i < 2; ++i)
    told_.on(c, "kari", [](Entry& e) {
      e.mutable_note_added()->set_text("once");
      e.set_command_id("kari/same");
    });
  EXPECT_EQ(breaches(), codes{"command_twice"});
}

TEST_F(checker_test, a_case_opened_twice_and_one_never_opened_are_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.open("r-1", "1/2");
  told_.entries()[1].set_case_id(c);
  told_.claim("9901.r-1.9", "kari");
  for (auto& entry : told_.entries()) entry.clear_previous();
  EXPECT_EQ(breaches(), (codes{"case_opened_twice", "no_such_case"}));
}

TEST_F(checker_test, a_second_claim_gives_two_owners) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.claim(c, "ole");
  EXPECT_EQ(breaches(), codes{"two_owners"});
  EXPECT_EQ(last_.detail, "kari owns it, ole claimed it");
}

TEST_F(checker_test, taking_over_from_somebody_who_has_it_not_gives_two_owners) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.take_over(c, "ole", "per");
  EXPECT_EQ(breaches(), codes{"two_owners"});
}

TEST_F(checker_test, what_only_the_owner_does_is_nobody_elses) {
  const auto c = told_.open("r-1", "1/1");
  told_.send(c, "kari", "day");
  told_.claim(c, "kari");
  told_.on(c, "ole", [](Entry& e) { e.mutable_step_ticked()->set_step("1"); });
  told_.release(c, "ole");
  EXPECT_EQ(breaches(), (codes{"no_owner", "not_the_owner", "not_the_owner"}));
}

TEST_F(checker_test, the_system_may_release_what_somebody_owns) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.on(c, "system", [](Entry& e) {
    e.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
    e.mutable_released()->set_reason(RELEASE_REASON_IDLE);
  });
  told_.claim(c, "ole");
  EXPECT_EQ(breaches(), codes{});
}

TEST_F(checker_test, a_closed_case_takes_no_alarm_and_no_claim_until_it_is_open_again) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.close(c, "kari");
  told_.join(c, "1/2");
  told_.on(c, "ole", [](Entry& e) { e.mutable_reopened()->set_reason("outage_visit"); });
  told_.claim(c, "ole");
  EXPECT_EQ(breaches(), codes{"case_closed"});
}

TEST_F(checker_test, closing_twice_and_closing_with_a_visit_under_way_are_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.send(c, "kari", "day");
  told_.close(c, "kari");
  told_.close(c, "kari");
  EXPECT_EQ(breaches(), (codes{"closed_under_way", "case_closed", "no_owner", "closed_under_way"}));
}

TEST_F(checker_test, a_team_sent_twice_and_a_visit_offered_twice_are_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.send(c, "kari", "day");
  told_.send(c, "kari", "day", 2);
  told_.send(c, "kari", "night", 2);
  EXPECT_EQ(breaches(), (codes{"team_sent_twice", "visit_offered_twice"}));
}

TEST_F(checker_test, a_visit_accepted_twice_is_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  const auto visit = told_.send(c, "kari", "day");
  told_.move(visit, "anne", VISIT_STATE_ACCEPTED);
  told_.move(visit, "per", VISIT_STATE_ACCEPTED);
  EXPECT_EQ(breaches(), (codes{"visit_of_another", "visit_accepted_twice"}));
}

TEST_F(checker_test, a_visit_goes_forward_only) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  const auto visit = told_.send(c, "kari", "day");
  told_.move(visit, "anne", VISIT_STATE_DONE);
  told_.move(visit, "anne", VISIT_STATE_EN_ROUTE);
  told_.move(c + ".v9", "anne", VISIT_STATE_DONE);
  EXPECT_EQ(breaches(), (codes{"visit_out_of_order", "visit_out_of_order", "no_such_visit"}));
}

TEST_F(checker_test, what_an_outage_kept_may_send_a_team_again_and_close_without_an_owner) {
  const auto merged = [this] { told_.entries().back().set_merged_at_us(7); };
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.send(c, "kari", "day");
  told_.send(c, "ole", "day", 2);
  merged();
  told_.move(c + ".v1", "kari", VISIT_STATE_RECALLED);
  told_.move(c + ".v2", "kari", VISIT_STATE_RECALLED);
  told_.release(c, "kari");
  told_.close(c, "ole");
  merged();
  EXPECT_EQ(breaches(), codes{});
}

TEST_F(checker_test, an_outage_does_not_excuse_two_owners) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.claim(c, "ole");
  told_.entries().back().set_merged_at_us(7);
  EXPECT_EQ(breaches(), codes{"two_owners"});
}

TEST_F(checker_test, what_waited_or_was_kept_back_may_become_a_case) {
  told_.hold("r-1", "1/1");
  told_.end_hold("r-1", "1/1", HOLD_END_EXPIRED);
  const auto c = told_.open("r-1", "1/1");
  told_.keep_back("r-1", "1/2");
  told_.join(c, "1/2");
  told_.hold("r-1", "1/3");
  told_.end_hold("r-1", "1/3", HOLD_END_RESTORED);
  EXPECT_EQ(breaches(), codes{});
}

TEST_F(checker_test, what_waits_is_in_no_case_and_what_was_restored_stays_so) {
  told_.hold("r-1", "1/1");
  told_.open("r-1", "1/1");
  told_.hold("r-1", "1/2");
  told_.end_hold("r-1", "1/2", HOLD_END_RESTORED);
  told_.open("r-1", "1/2");
  EXPECT_EQ(breaches(), (codes{"signal_twice", "signal_twice"}));
}

TEST_F(checker_test, what_was_kept_back_is_raised_once_and_on_its_own_subject) {
  told_.keep_back("r-1", "1/1");
  told_.open("r-2", "1/1");
  told_.open("r-1", "1/1");
  told_.open("r-1", "1/1");
  EXPECT_EQ(breaches(), (codes{"signal_twice", "signal_twice"}));
}

TEST_F(checker_test, a_hold_that_ends_without_a_case_and_one_that_never_was_are_found) {
  told_.hold("r-1", "1/1");
  told_.end_hold("r-1", "1/1", HOLD_END_RELEASED);
  told_.open("r-1", "1/2");
  told_.end_hold("r-1", "1/9", HOLD_END_EXPIRED);
  EXPECT_EQ(breaches(), (codes{"hold_without_case", "not_held"}));
}

TEST_F(checker_test, a_lane_that_falls_and_life_on_another_list_are_found) {
  const auto c = told_.open("r-1", "1/1");
  told_.entries().back().mutable_case_opened()->set_lane(LANE_LIFE);
  told_.join(c, "1/2");
  told_.entries().back().mutable_alarm_joined()->set_lane(LANE_CARE);
  told_.open("r-2", "1/3");
  told_.entries().back().mutable_case_opened()->set_lane(LANE_LIFE);
  told_.entries().back().mutable_case_opened()->set_list(WORK_LIST_LATER);
  EXPECT_EQ(breaches(), (codes{"lane_fell", "life_off_the_queue"}));
}

TEST_F(checker_test, time_closes_what_is_technical_and_nothing_personal) {
  const auto by_system = [](Entry& e) {
    e.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
    e.mutable_closed();
  };
  const auto link = told_.open("r-1", "1/1");
  told_.entries().back().mutable_case_opened()->set_kind(KIND_LINK);
  told_.on(link, "system", by_system);
  const auto press = told_.open("r-1", "1/2");
  told_.entries().back().mutable_case_opened()->set_kind(KIND_SAFETY_ALARM);
  told_.on(press, "system", by_system);
  EXPECT_EQ(breaches(), codes{"personal_closed"});
}

TEST_F(checker_test, what_is_taken_back_was_somebodys_and_may_be_claimed_again) {
  const auto requeue = [](Entry& e) { e.mutable_requeued()->set_from_user("kari"); };
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.on(c, "", requeue);
  told_.claim(c, "ole");
  told_.on(c, "", requeue);
  told_.on(c, "", requeue);
  EXPECT_EQ(breaches(), (codes{"not_the_owner", "no_owner"}));
}

TEST_F(checker_test, leases_are_taken_on_their_own_subject) {
  told_.tell("housekeeping", [](Entry& e) { e.mutable_lease_taken()->set_node("a"); });
  told_.tell("housekeeping", [](Entry& e) { e.mutable_lease_taken()->set_node("b"); });
  told_.tell("r-1", [](Entry& e) { e.mutable_lease_taken()->set_node("b"); });
  EXPECT_EQ(breaches(), codes{"lease_elsewhere"});
  EXPECT_EQ(counts_.leases, 3u);
}

TEST_F(checker_test, a_token_that_does_not_rise_is_found) {
  told_.tell("housekeeping", [](Entry& e) { e.mutable_lease_taken()->set_node("a"); });
  told_.entries().push_back(told_.entries().front());
  EXPECT_EQ(breaches(), (codes{"version_gap", "lease_not_rising"}));
}

TEST_F(checker_test, what_only_a_newer_version_knows_is_counted_and_not_judged) {
  const auto c = told_.open("r-1", "1/1");
  told_.on(c, "kari", [](Entry&) {});
  EXPECT_EQ(breaches(), codes{});
  EXPECT_EQ(counts_.unknown, 1u);
}

}  // namespace
}  // namespace varde::ledger
