// What a policy may say: every refusal with its line and its reason, and everything a planner may
// write taken.
#include "registry/policy_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "alarm/ids.hpp"
#include "registry/sample_sets.hpp"

namespace varde::registry {
namespace {

/// A municipality with a resident 1001, a device u1, and the teams day and, always staffed, night.
v1::MunicipalitySet small_set() {
  v1::MunicipalitySet set;
  set.mutable_municipality()->set_id("9901");
  set.mutable_municipality()->set_name("Fjordvik");
  set.add_residents()->set_id("1001");
  set.add_devices()->set_id("u1");
  set.add_teams()->set_id("day");
  set.add_teams()->set_id("night");
  set.mutable_teams(1)->set_staffed(true);
  return set;
}

v1::MunicipalitySet centre_set() {
  v1::MunicipalitySet set;
  set.mutable_municipality()->set_id(std::string{alarm::centre});
  return set;
}

import_outcome read(const std::string& text, v1::MunicipalitySet set = small_set()) {
  return import_policy({"p.json", text}, std::move(set));
}

std::vector<std::string> problems_of(const std::string& text,
                                     v1::MunicipalitySet set = small_set()) {
  std::vector<std::string> lines;
  for (const auto& problem : read(text, std::move(set)).problems)
    lines.push_back(describe(problem));
  return lines;
}

using lines = std::vector<std::string>;

TEST(policy_rules, everything_a_planner_may_write_is_taken) {
  const auto outcome = read(R"({"rules": [
{"id": "door", "reason": "r", "match": {"device_kinds": ["door_sensor"], "from": "22:00",
  "to": "06:00", "days": [1, 7], "devices": ["u1"]}, "hold": {"wait_s": 60}},
{"id": "count", "reason": "r", "match": {"device_types": [14, 15]},
  "count": {"count": 3, "window_s": 600}},
{"id": "up", "reason": "r", "match": {"residents": ["1001"]},
  "absence": {"from": "05:00", "by": "10:00", "lane": "care"}},
{"id": "noise", "reason": "r", "noise": {"count": 10, "window_s": 600}},
{"id": "pilot", "reason": "r", "pilot": {"until": "2027-01-31"}},
{"id": "night", "reason": "r", "match": {"residents": ["1001"]}, "check": {"due": "02:00"}},
{"id": "mend", "reason": "r", "match": {"kinds": ["fault"]}, "route": {"list": "technicians"}},
{"id": "shared-hold", "off": true}],
"supervision": [{"device_kinds": ["safety_alarm"], "beat_interval_s": 60}, {"off": true}],
"answer_escalation": [{"after_s": 60, "to": "operators"}, {"after_s": 180, "to": "team:night"}],
"visit_escalation": [{"after_s": 90, "to": "team:day"}, {"after_s": 200, "to": "administrator"}],
"test_default_s": 900, "test_max_s": 3600, "restated_within_s": 300,
"load": {"flood_cases": 8, "shed_to": "partner", "partner": "Nord"},
"outage": {"window_s": 120, "devices_min": 4, "chance_max": 0.000001}})");
  EXPECT_EQ(outcome.problems, std::vector<import_problem>{});
  const auto& policy = outcome.set.policy();
  EXPECT_EQ(policy.rules_size(), 8);
  EXPECT_EQ(policy.rules(0).match().days(1), 7u);
  EXPECT_EQ(policy.rules(6).route().list(), alarm::v1::WORK_LIST_TECHNICIANS);
  EXPECT_EQ(policy.load().shed_to(), alarm::v1::WORK_LIST_PARTNER);
}

struct refused_rule {
  const char* rule;     // what stands in it after id and reason
  const char* problem;  // after the line and the rule's name
};

TEST(policy_rules, a_rule_that_can_not_be_kept_is_refused_with_the_reason) {
  for (const auto& [rule, problem] : {
           refused_rule{R"("match": {})",
                        "says not what to do; one of hold, count, absence, noise, pilot, check, "
                        "route"},
           refused_rule{R"("hold": {})", "wait_s must be 1 to 3600"},
           refused_rule{R"("hold": {"wait_s": 3601})", "wait_s must be 1 to 3600"},
           refused_rule{R"("count": {"count": 1, "window_s": 60})", "count must be 2 to 60"},
           refused_rule{R"("count": {"count": 2, "window_s": 5})", "window_s must be 10 to 86400"},
           refused_rule{R"("noise": {"count": 61, "window_s": 60})", "count must be 2 to 60"},
           refused_rule{R"("absence": {"from": "05:00"})", "by is missing"},
           refused_rule{R"("absence": {"from": "5", "by": "10:00"})",
                        "from must be a time like 22:00"},
           refused_rule{R"("absence": {"from": "10:00", "by": "10:00"})",
                        "from and by are the same time"},
           refused_rule{R"("pilot": {})",
                        "until must be a day like 2027-01-31; a pilot ends by itself"},
           refused_rule{R"("pilot": {"until": "2027-02-29"})",
                        "until must be a day like 2027-01-31; a pilot ends by itself"},
           refused_rule{R"("check": {"due": "02:00"})",
                        "match.residents is missing: who is to be looked after"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"from": "22:00"})",
                        "from and to go together"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"from": "22:00", "to": "24:00"})",
                        "to must be a time like 22:00"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"days": [8]})", "days must be 1 to 7"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"statuses": [10000]})",
                        "statuses must be 0 to 9999"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"residents": ["9"]})",
                        "resident \"9\" is not in the set"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"devices": ["u9"]})",
                        "device \"u9\" is not in the set"},
           refused_rule{R"("hold": {"wait_s": 5}, "match": {"kinds": ["safety_alarm"]})",
                        "kinds names safety_alarm, which is life: the rule would not touch it "
                        "unless match.device_kinds names the devices"},
           refused_rule{R"("route": {"list": "later"}, "match": {"kinds": ["fire"],
                           "device_kinds": ["smoke_detector"]})",
                        "kinds names fire: a life alarm always waits in the operators' queue"},
       }) {
    const auto text = std::string{R"({"rules": [
{"id": "a", "reason": "r", )"} +
                      rule + "}]}";
    EXPECT_EQ(problems_of(text), lines{std::string{"p.json:2: rule a: "} + problem}) << rule;
  }
}

TEST(policy_rules, a_rule_has_a_name_of_its_own_a_reason_and_does_one_thing) {
  EXPECT_EQ(
      problems_of(R"({"rules": [
{"id": "varde:hold", "reason": "r", "hold": {"wait_s": 5}},
{"id": "two words", "reason": "r", "hold": {"wait_s": 5}},
{"id": "a", "reason": "r", "hold": {"wait_s": 5}},
{"id": "a", "reason": "r", "hold": {"wait_s": 5}},
{"id": "b", "hold": {"wait_s": 5}},
{"id": "c", "reason": "r", "hold": {"wait_s": 5}, "pilot": {"until": "2027-01-31"}}
]})"),
      (lines{
          "p.json:2: rule: ids that begin with varde: are Varde's own",
          "p.json:3: rule: id must be 1 to 40 letters, digits, - and _",
          "p.json:5: rule a comes twice",
          "p.json:6: rule b: reason is missing; people see it wherever the rule did something",
          "p.json:7: pilot can't stand beside hold",
      }));
}

TEST(policy_rules, what_varde_fills_in_may_not_be_given) {
  EXPECT_EQ(problems_of(R"({"version": 3,
"rules": [{"id": "a", "reason": "r", "own": true, "hold": {"wait_s": 5}}]})"),
            (lines{"p.json:1: version is Varde's to fill in; leave it out",
                   "p.json:2: own is Varde's to fill in; leave it out"}));
}

TEST(policy_rules, a_rule_that_names_the_device_kind_may_touch_life_but_not_from_the_defaults) {
  const auto* text = R"({"rules": [{"id": "a", "reason": "r", "hold": {"wait_s": 5},
"match": {"kinds": ["safety_alarm"], "device_kinds": ["door_button"]}}]})";
  EXPECT_EQ(problems_of(text), lines{});
  EXPECT_EQ(problems_of(text, centre_set()),
            lines{"p.json:1: rule a: kinds names safety_alarm: the shared defaults never touch "
                  "life; write the rule into a municipality's own policy"});
}

TEST(policy_rules, a_lane_may_be_lowered_only_for_a_device_kind_and_never_for_all_municipalities) {
  EXPECT_EQ(problems_of(R"({"lane_rules": [{"device_type": 5, "lane": "care", "reason": "r"}]})"),
            lines{"p.json:1: lane: what may lower a life alarm must name the device_kind"});
  const auto* named = R"({"lane_rules": [{"device_kind": "toy", "lane": "care", "reason": "r"}]})";
  EXPECT_EQ(problems_of(named), lines{});
  EXPECT_EQ(problems_of(named, centre_set()),
            lines{"p.json:1: lane: the shared defaults may only raise to life; what lowers stands "
                  "in a municipality's own policy"});
}

TEST(policy_rules, an_escalation_rises_and_ends_where_somebody_always_is) {
  const auto of = [](const std::string& steps) {
    return problems_of(R"({"visit_escalation": [)" + steps + "]}");
  };
  EXPECT_EQ(of(R"({"after_s": 60, "to": "team:day"}, {"after_s": 120, "to": "team:night"})"),
            lines{});
  EXPECT_EQ(of(R"({"after_s": 60, "to": "operators"}, {"after_s": 60, "to": "administrator"})"),
            lines{"p.json:1: visit_escalation: after_s must rise from step to step"});
  EXPECT_EQ(of(R"({"after_s": 60, "to": "team:day"})"),
            lines{"p.json:1: visit_escalation: must end at operators, administrator or a team that "
                  "is always staffed; day is not"});
  EXPECT_EQ(of(R"({"after_s": 60, "to": "team:x"})"),
            lines{"p.json:1: visit_escalation: team \"x\" is not in the set"});
  EXPECT_EQ(of(R"({"after_s": 60, "to": "the boss"})"),
            lines{"p.json:1: visit_escalation: to must be operators, administrator, team:<id> or "
                  "team:<municipality>/<id>"});
}

TEST(policy_rules, a_team_of_another_municipality_is_looked_for_where_it_should_be) {
  const auto outcome = read(R"({"visit_escalation": [
{"after_s": 60, "to": "team:9902/day"},
{"after_s": 90, "to": "team:9903/day"},
{"after_s": 120, "to": "team:9902/day"}]})");
  ASSERT_EQ(outcome.problems, std::vector<import_problem>{});
  auto neighbour = small_set();
  neighbour.mutable_municipality()->set_id("9902");
  lines found;
  for (const auto& problem : missing_teams(outcome, {&neighbour}))
    found.push_back(describe(problem));
  EXPECT_EQ(found,
            (lines{"p.json:3: team 9903/day is in no municipality's set",
                   "p.json:4: team 9902/day is not always staffed, so that an escalation can't end "
                   "there"}));
}

TEST(policy_rules, supervision_tests_load_and_outages_keep_to_their_bounds) {
  EXPECT_EQ(problems_of(R"({
"supervision": [{"beat_interval_s": 9},
{"beat_interval_s": 60, "protocol": "smtp"}],
"restated_within_s": 86401,
"test_default_s": 7200, "test_max_s": 3600,
"load": {"shed_to": "partner"},
"outage": {"window_s": 5, "devices_min": 1, "chance_max": 0.5}})"),
            (lines{"p.json:1: policy: restated_within_s must be 1 to 86400",
                   "p.json:1: policy: test_default_s must not be above test_max_s",
                   "p.json:2: supervision: beat_interval_s must be 10 to 604800",
                   "p.json:3: supervision: protocol must be scaip or native",
                   "p.json:6: load: partner is missing, the name of the centre that helps",
                   "p.json:7: outage: window_s must be 10 to 3600",
                   "p.json:7: outage: devices_min must be at least 2",
                   "p.json:7: outage: chance_max must be 0 to 0.01"}));
}

TEST(policy_rules, choices_are_named_when_a_word_is_none_of_them) {
  EXPECT_EQ(problems_of(R"({"rules": [{"id": "a", "reason": "r", "route": {"list": "bin"}}]})"),
            lines{"p.json:1: list must be one of operators, technicians, tests, later, partner"});
}

}  // namespace
}  // namespace varde::registry
