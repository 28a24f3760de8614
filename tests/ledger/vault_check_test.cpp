// What a vault holds against what the ledger says: at its place, decided again, kept as a deed,
// overtaken, or lost.
#include "ledger/vault_check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/told_entries.hpp"

namespace varde::ledger {
namespace {

using test::Entry;
using test::story;

class vault_check_test : public testing::Test {
 protected:
  static std::string record(const std::vector<Entry>& entries) {
    v1::VaultedCommit commit;
    commit.set_format(vaulted_format);
    commit.set_municipality(entries.front().municipality());
    commit.set_subject(entries.front().subject());
    commit.set_expected_version(entries.front().version() - 1);
    for (const auto& entry : entries) *commit.add_entries() = entry;
    return commit.SerializeAsString();
  }
  void vault(const Entry& entry) { check_.expect(++sequence_, record({entry})); }
  vault_counts against(const std::vector<Entry>& ledger) {
    for (const auto& entry : ledger) check_.take(entry, entry.SerializeAsString());
    return check_.finish();
  }

  /// The next record says that these don't count.
  void withdraw(const std::vector<std::uint64_t>& sequences) {
    v1::VaultedCommit commit;
    commit.set_format(vaulted_format);
    commit.mutable_withdrawn()->Assign(sequences.begin(), sequences.end());
    check_.expect(++sequence_, commit.SerializeAsString());
  }

  std::uint64_t sequence_ = 0;
  story told_;
  std::vector<breach> found_;
  vault_check check_{[this](const found_breach& one) { found_.push_back(one.what); }};
};

TEST_F(vault_check_test, what_is_at_its_place_is_found_in_every_vault_that_has_it) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  check_.expect(++sequence_, record(told_.entries()));
  vault(told_.entries()[0]);
  const auto counts = against(told_.entries());
  EXPECT_EQ(counts.commits, 2u);
  EXPECT_EQ(counts.entries, 3u);
  EXPECT_EQ(counts.as_vaulted, 3u);
  EXPECT_TRUE(found_.empty());
}

TEST_F(vault_check_test, a_missing_tail_is_lost) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  for (const auto& entry : told_.entries()) vault(entry);
  const auto counts = against({});
  EXPECT_EQ(counts.lost, 2u);
  EXPECT_EQ(found_, (std::vector{breach::vaulted_signal_lost, breach::vaulted_entry_lost}));
}

TEST_F(vault_check_test, a_signal_decided_again_at_another_place_is_not_lost) {
  told_.open("r-1", "1/1");
  vault(told_.entries()[0]);
  story ledger;
  ledger.open("r-1", "1/7");
  ledger.join("9901.r-1.1", "1/1");
  const auto counts = against(ledger.entries());
  EXPECT_EQ(counts.decided_again, 1u);
  EXPECT_TRUE(found_.empty());
}

TEST_F(vault_check_test, a_signal_whose_place_another_took_is_lost) {
  told_.open("r-1", "1/1");
  vault(told_.entries()[0]);
  story ledger;
  ledger.open("r-1", "1/7");
  EXPECT_EQ(against(ledger.entries()).lost, 1u);
  EXPECT_EQ(found_, std::vector{breach::vaulted_signal_lost});
}

TEST_F(vault_check_test, a_command_decided_again_or_kept_as_a_deed_is_not_lost) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  told_.on(c, "kari", [](Entry& e) { e.mutable_note_added()->set_text("called"); });
  vault(told_.entries()[1]);
  vault(told_.entries()[2]);
  story ledger;
  ledger.open("r-1", "1/1");
  ledger.claim(c, "ole");
  ledger.on(c, "", [&](Entry& e) {
    *e.mutable_handled_in_outage()->mutable_entry() = told_.entries()[1];
  });
  ledger.on(c, "", [&](Entry& e) {
    e.mutable_note_added()->set_text("called");
    e.set_command_id(told_.entries()[2].command_id());
  });
  const auto counts = against(ledger.entries());
  EXPECT_EQ(counts.outage_deeds, 1u);
  EXPECT_EQ(counts.decided_again, 1u);
  EXPECT_TRUE(found_.empty());
}

TEST_F(vault_check_test, a_claim_that_came_second_is_overtaken_not_lost) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  vault(told_.entries()[1]);
  story ledger;
  ledger.open("r-1", "1/1");
  ledger.claim(c, "ole");
  EXPECT_EQ(against(ledger.entries()).overtaken, 1u);
  EXPECT_TRUE(found_.empty());
}

TEST_F(vault_check_test, what_the_node_took_back_is_not_looked_for) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  vault(told_.entries()[1]);
  withdraw({1});
  const auto counts = against({told_.entries()[0]});
  EXPECT_EQ(counts.withdrawn, 1u);
  EXPECT_EQ(counts.commits, 1u);
  EXPECT_TRUE(found_.empty());
}

TEST_F(vault_check_test, taking_back_is_about_records_of_the_same_vault) {
  const auto c = told_.open("r-1", "1/1");
  told_.claim(c, "kari");
  vault(told_.entries()[1]);
  check_.begin_vault();
  withdraw({1});
  EXPECT_EQ(against({told_.entries()[0]}).lost, 1u);
}

TEST_F(vault_check_test, a_signal_is_looked_for_even_when_its_record_was_taken_back) {
  told_.open("r-1", "1/1");
  vault(told_.entries()[0]);
  withdraw({1});
  EXPECT_EQ(against({}).lost, 1u);
  EXPECT_EQ(found_, std::vector{breach::vaulted_signal_lost});
}

TEST_F(vault_check_test, a_record_that_is_no_commit_is_said_so) {
  check_.expect(1, "no protobuf at all");
  v1::VaultedCommit newer;
  newer.set_format(vaulted_format + 1);
  check_.expect(2, newer.SerializeAsString());
  EXPECT_EQ(found_, (std::vector{breach::unreadable_vaulted, breach::unreadable_vaulted}));
  EXPECT_EQ(against({}).lost, 2u);
}

}  // namespace
}  // namespace varde::ledger
