// The decisions and the checker that judges them were written apart: here they meet. What triage
// decides at random, and what it merges after an outage, must be whole to the checker, and nothing
// that the island had on its disk may be lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "ledger/checker.hpp"
#include "ledger/vault_check.hpp"
#include "triage/merge.hpp"
#include "triage/signals.hpp"

namespace varde {
namespace {

using alarm::v1::Entry;
using ledger::found_breach;

/// People, devices and timers who do things at random on one node.
class random_days {
 public:
  random_days(std::uint64_t seed, std::string node) : random_(seed), node_(std::move(node)) {}

  /// What came of one thing that happened.
  std::vector<Entry> something(test::bench& on) {
    on.now_us += below(90) * test::second_us;
    switch (below(6)) {
      case 0:
      case 1:
        return signal(on);
      case 2:
        return below(2) == 0 ? time(on) : command_of_subject(on);
      default:
        return command(on);
    }
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>{0, n - 1}(random_); }

  std::vector<Entry> signal(test::bench& on) {
    static constexpr std::array<std::uint32_t, 5> types{4, 11, 12, 14, 45};
    static constexpr std::array<std::uint32_t, 5> statuses{10, 10, 23, 76, 77};
    auto s = test::signal("d/" + std::to_string(below(200)), types[std::size_t(below(5))],
                          statuses[std::size_t(below(5))]);
    s.set_device(below(2) == 0 ? "10140001" : "10140002");
    if (below(6) == 0) s.set_intent(alarm::v1::INTENT_RESET);
    s.set_received_at_us(on.now_us);
    return on.receive(s).entries;
  }

  std::vector<Entry> time(test::bench& on) {
    std::vector<Entry> out;
    for (const auto& due : triage::due_of(on.state, on.policy, on.at().now))
      std::ranges::move(on.act(due).entries, std::back_inserter(out));
    return out;
  }

  std::vector<Entry> command_of_subject(test::bench& on) {
    auto asked = on.of_subject(node_ + std::to_string(++number_));
    const auto signal = "d/" + std::to_string(below(200));
    switch (below(5)) {
      case 0:
        asked.mutable_release_hold()->set_signal(
            on.state.held().empty() ? signal : on.state.held(0).signal().id());
        break;
      case 1:
        asked.mutable_raise_suppressed()->set_signal(
            on.state.suppressed().empty() ? signal : on.state.suppressed(0).signal().id());
        break;
      case 2:
        asked.mutable_start_test()->mutable_test()->set_device("10140001");
        asked.mutable_start_test()->mutable_test()->add_kinds(alarm::v1::KIND_SAFETY_ALARM);
        break;
      case 3:
        asked.mutable_start_absence()->mutable_absence()->set_until_us(on.now_us + 300'000'000);
        break;
      default:
        asked.mutable_end_absence();
    }
    return on.act(asked).entries;
  }

  std::vector<Entry> command(test::bench& on) {
    if (on.state.cases().empty()) return {};
    const auto& c = on.state.cases(below(on.state.cases_size()));
    static const std::vector<std::string> users{"kari", "ole", "per"};
    const auto by = test::operator_named(users[static_cast<std::size_t>(below(3))]);
    // Now and then somebody presses twice.
    auto asked = on.command(by, node_ + std::to_string(below(8) == 0 ? number_ : ++number_));
    asked.set_case_id(c.id());
    const auto visit = c.visits().empty() ? "none" : c.visits(below(c.visits_size())).id();
    switch (below(10)) {
      case 0:
      case 1:
        asked.mutable_claim();
        break;
      case 2:
        asked.mutable_release();
        break;
      case 3:
        asked.mutable_takeover();
        break;
      case 4:
        asked.mutable_note()->set_text("a note");
        break;
      case 5:
        asked.mutable_dispatch()->set_team(below(2) == 0 ? "day" : "night");
        break;
      case 6:
        asked.mutable_recall()->set_visit(visit);
        break;
      case 7:
      case 8:
        asked.mutable_move_visit()->set_visit(visit);
        asked.mutable_move_visit()->set_state(static_cast<alarm::v1::VisitState>(2 + below(5)));
        break;
      default:
        asked.mutable_close()->mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_REAL);
        asked.mutable_close()->mutable_outcome()->set_cause("toilet");
    }
    return on.act(asked).entries;
  }

  std::mt19937_64 random_;
  const std::string node_;
  int number_ = 0;
};

void append(std::vector<Entry>& to, const std::vector<Entry>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Rules of most sorts, so that holds end, noise is collected and doors become urgent.
registry::v1::Policy some_rules() {
  test::bench b;
  b.rule("doors").mutable_hold()->set_wait_s(60);
  b.policy.mutable_rules(0)->mutable_match()->add_kinds(alarm::v1::KIND_DOOR);
  auto& beds = b.rule("beds");
  beds.mutable_count()->set_count(2);
  beds.mutable_count()->set_window_s(600);
  beds.mutable_match()->add_kinds(alarm::v1::KIND_BED);
  auto& noise = b.rule("varde:noise");
  noise.mutable_noise()->set_count(3);
  noise.mutable_noise()->set_window_s(600);
  auto& urgent = *b.policy.add_lane_rules();
  urgent.set_status(76);
  urgent.set_lane(alarm::v1::LANE_LIFE);
  return b.policy;
}

std::string record_of(const Entry& entry) {
  ledger::v1::VaultedCommit commit;
  commit.set_format(ledger::vaulted_format);
  commit.set_municipality(entry.municipality());
  commit.set_subject(entry.subject());
  commit.set_expected_version(entry.version() - 1);
  *commit.add_entries() = entry;
  return commit.SerializeAsString();
}

/// A subject's ledger with an outage in it, from one seed.
void check_an_outage(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr int things = 25;
  random_days here{seed, "here-"}, there{seed + 1'000'000, "there-"};
  std::vector<Entry> ledger, ours;
  test::bench mainland;
  mainland.policy = some_rules();
  for (int i = 0; i < things; ++i) append(ledger, here.something(mainland));
  test::bench island = mainland;
  for (int i = 0; i < things; ++i) append(ours, there.something(island));
  for (int i = 0; i < things; ++i) append(ledger, here.something(mainland));
  const auto merged = triage::merge(mainland.state, ours, mainland.policy, mainland.at());
  for (const auto& entry : merged.entries) ASSERT_TRUE(alarm::apply(mainland.state, entry));
  append(ledger, merged.entries);
  for (int i = 0; i < things; ++i) append(ledger, here.something(mainland));

  const auto complain = [](const found_breach& found) {
    ADD_FAILURE() << to_code(found.what) << " in version " << found.version << ": " << found.detail;
  };
  ledger::checker checker{complain};
  ledger::vault_check vault{complain};
  std::uint64_t sequence = 0;
  for (const auto& entry : ours) vault.expect(++sequence, record_of(entry));
  for (const auto& entry : ledger) {
    checker.take(entry, {entry.version(), 0});
    vault.take(entry, entry.SerializeAsString());
  }
  EXPECT_EQ(vault.finish().lost, 0u);
}

TEST(checker_agreement, what_is_decided_and_merged_at_random_is_whole_to_the_checker) {
  constexpr std::uint64_t seeds = 1'000;
  for (std::uint64_t seed = 1; seed <= seeds && !testing::Test::HasFailure(); ++seed)
    check_an_outage(seed);
}

}  // namespace
}  // namespace varde
