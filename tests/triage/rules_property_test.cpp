// Whatever rules, signals, commands and timers come in whatever order: nothing that was
// acknowledged is out of sight, and no case becomes less urgent.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "alarm/lane.hpp"
#include "triage/signals.hpp"

using namespace varde;
using namespace varde::alarm::v1;
using test::bench;
using test::signal;

namespace {

/// Some rules of every sort, of the municipality's own and of the defaults.
void add_rules(bench& b) {
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    auto& rule = b.rule("rule-" + std::to_string(i));
    rule.set_own(*rc::gen::arbitrary<bool>());
    if (*rc::gen::arbitrary<bool>()) rule.mutable_match()->add_device_kinds("sensor");
    if (*rc::gen::arbitrary<bool>()) rule.mutable_match()->add_kinds(KIND_DOOR);
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        rule.mutable_hold()->set_wait_s(*rc::gen::inRange(1u, 100u));
        break;
      case 1:
        rule.mutable_count()->set_count(*rc::gen::inRange(2u, 4u));
        rule.mutable_count()->set_window_s(100);
        break;
      case 2:
        rule.mutable_noise()->set_count(*rc::gen::inRange(1u, 5u));
        rule.mutable_noise()->set_window_s(100);
        break;
      case 3:
        rule.mutable_pilot()->set_until("2999-12-31");
        break;
      default:
        rule.mutable_route()->set_list(WORK_LIST_LATER);
    }
  }
  b.about.device_kind = *rc::gen::element("sensor", "other");
}

/// Everything an entry of this run may do, and where each signal is according to the entries.
struct run {
  bench b;
  std::map<std::string, std::string> where;  // signal → "held", "recorded", or its case
  std::map<std::string, std::size_t> lanes;
  std::set<std::string> sent;

  void follow(const std::vector<Entry>& entries) {
    for (const auto& entry : entries) {
      if (entry.has_hold_ended() && entry.hold_ended().how() == HOLD_END_RESTORED)
        where[entry.hold_ended().held_signal()] = "restored";
      const auto* s = alarm::signal_of(entry);
      if (s == nullptr) continue;
      where[s->id()] = entry.has_signal_held() ? "held" : "placed";
    }
  }
  void receive(const Signal& s) {
    follow(b.receive(s).entries);
    sent.insert(s.id());
  }
  void act(const Command& c) { follow(b.act(c).entries); }

  void check() {
    for (const auto& id : sent) RC_ASSERT(where.contains(id));
    for (const auto& [id, is] : where) {
      const bool held = std::ranges::any_of(
          b.state.held(), [&](const Held& one) { return one.signal().id() == id; });
      RC_ASSERT(held == (is == "held"));
      RC_ASSERT(b.receive(signal(id)).repeated);
    }
    std::set<std::string> open;
    for (const auto& c : b.state.cases()) {
      auto [at, fresh] = lanes.try_emplace(c.id(), alarm::lane_index(c.lane()));
      RC_ASSERT(fresh || alarm::lane_index(c.lane()) <= at->second);
      at->second = alarm::lane_index(c.lane());
      RC_ASSERT(c.lane() != LANE_LIFE || c.list() == WORK_LIST_OPERATORS);
    }
  }
};

Signal any_signal(int i) {
  auto s = signal("d/" + std::to_string(i), *rc::gen::element(3u, 4u, 12u, 14u, 45u),
                  *rc::gen::element(10u, 16u, 21u, 23u, 76u, 77u, 85u, 86u, 102u, 112u));
  if (*rc::gen::inRange(0, 4) == 0) s.set_sensor("s");
  return s;
}

Command any_command(run& r, int i) {
  auto& b = r.b;
  auto c = b.of_subject("c" + std::to_string(i));
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      c.mutable_start_test()->mutable_test()->set_device("10140001");
      break;
    case 1:
      c.mutable_stop_test()->set_device("10140001");
      break;
    case 2:
      c.mutable_start_absence()->mutable_absence()->set_until_us(b.now_us + 50'000'000);
      break;
    case 3:
      c.mutable_end_absence();
      break;
    case 4:
      c.mutable_release_hold()->set_signal("d/" + std::to_string(*rc::gen::inRange(0, i + 1)));
      break;
    default:
      c.mutable_raise_suppressed()->set_signal("d/" + std::to_string(*rc::gen::inRange(0, i + 1)));
  }
  return c;
}

void step(run& r, int i) {
  switch (*rc::gen::inRange(0, 10)) {
    case 0:
      return r.act(any_command(r, i));
    case 1:
      r.b.wait_s(*rc::gen::inRange(1, 120));
      for (const auto& c : triage::due_of(r.b.state, r.b.policy, r.b.at().now)) r.act(c);
      return;
    case 2:
      if (r.b.state.cases_size() > 0) r.b.claim("kari", "claim" + std::to_string(i));
      return;
    case 3:
      if (r.b.state.cases_size() > 0) r.b.close("kari");
      return;
    default:
      r.b.wait_s(1);
      return r.receive(any_signal(i));
  }
}

}  // namespace

TEST(rules_properties, what_was_acknowledged_is_always_findable_and_no_lane_falls) {
  EXPECT_TRUE(rc::check([] {
    run r;
    add_rules(r.b);
    const auto steps = *rc::gen::inRange(1, 80);
    for (int i = 0; i < steps; ++i) {
      step(r, i);
      r.check();
    }
  }));
}

// Every signal is in the entries exactly where one looks, whichever rules there are: a rule more
// changes where, never whether.
TEST(rules_properties, adding_a_rule_never_loses_a_signal) {
  EXPECT_TRUE(rc::check([] {
    run with, without;
    add_rules(with.b);
    const auto signals = *rc::gen::inRange(1, 60);
    for (int i = 0; i < signals; ++i) {
      const auto s = any_signal(i);
      for (auto* r : {&with, &without}) {
        r->b.wait_s(1);
        r->receive(s);
      }
    }
    for (const auto& id : without.sent)
      RC_ASSERT(with.where.contains(id) && without.where.contains(id));
    for (int day = 0; with.b.state.held_size() > 0 && day < 3; ++day) {
      with.b.wait_s(86'400);
      for (const auto& c : triage::due_of(with.b.state, with.b.policy, with.b.at().now))
        with.act(c);
    }
    RC_ASSERT(with.b.state.held_size() == 0);
  }));
}

TEST(rules_properties, asking_at_the_next_time_due_gives_something_to_do) {
  EXPECT_TRUE(rc::check([] {
    run r;
    add_rules(r.b);
    for (int i = *rc::gen::inRange(1, 40); i > 0; --i) {
      step(r, i);
      const auto next = triage::next_due(r.b.state, r.b.policy);
      if (next) RC_ASSERT(!triage::due_of(r.b.state, r.b.policy, *next).empty());
    }
  }));
}
