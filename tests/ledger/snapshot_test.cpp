// A snapshot is a shortcut: what it gives, with the entries after it, is what the whole ledger
// gives.
#include "ledger/snapshot.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "alarm/seen.hpp"
#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"
#include "ledger/read.hpp"

namespace varde::ledger {
namespace {

using test::commit_of;
using loaded = base::result<std::optional<snapshot>>;

class snapshot_test : public test::ledger_fixture {
 protected:
  base::error_code save(const snapshot& state) {
    return wait_for<base::error_code>(
        [&](auto done) { save_snapshot(*connection_, municipality_, state, std::move(done)); });
  }
  loaded load() {
    return wait_for<loaded>(
        [&](auto done) { load_snapshot(*connection_, municipality_, std::move(done)); });
  }
  /// Folds what came after `state` into it.
  void catch_up(snapshot& state) {
    const auto end = wait_for<base::result<replay_end>>([&](auto done) {
      replay(
          *connection_, municipality_, state.at,
          [&](const alarm::v1::Entry& entry, position) {
            auto& subject = state.subjects[entry.subject()];
            subject.set_subject(entry.subject());
            subject.set_version(entry.version());
            subject.add_seen_signals()->set_id(entry.note_added().text());
          },
          std::move(done));
    });
    state.at = end->last;
  }
};

TEST_F(snapshot_test, snapshot_and_the_entries_after_it_equal_the_whole_ledger) {
  for (int i = 0; i < 20; ++i)
    submit({commit_of(municipality_, "r-" + std::to_string(i), 0, 3, "first")});
  snapshot state;
  catch_up(state);
  ASSERT_FALSE(save(state));
  for (int i = 10; i < 30; ++i)
    submit({commit_of(municipality_, "r-" + std::to_string(i), i < 20 ? 3 : 0, 2, "then")});
  auto restarted = *load();
  ASSERT_TRUE(restarted);
  EXPECT_EQ(restarted->at, state.at);
  catch_up(*restarted);
  snapshot whole;
  catch_up(whole);
  EXPECT_EQ(restarted->at, whole.at);
  ASSERT_EQ(restarted->subjects.size(), whole.subjects.size());
  for (const auto& [name, subject] : whole.subjects)
    EXPECT_EQ(restarted->subjects[name].SerializeAsString(), subject.SerializeAsString()) << name;
}

TEST_F(snapshot_test, digests_that_another_version_carried_along_are_not_believed) {
  snapshot state{{1, 1}, {}};
  auto& subject = state.subjects["r-1"];
  subject.set_subject("r-1");
  alarm::add_seen(subject, "before", "");
  subject.mutable_seen_signals(0)->set_id("heard since, by a node that knows no digests");
  ASSERT_FALSE(save(state));
  const auto restarted = *load();
  ASSERT_TRUE(restarted);
  EXPECT_NE(alarm::find_seen(restarted->subjects.at("r-1"), subject.seen_signals(0).id()), nullptr);
}

TEST_F(snapshot_test, without_a_snapshot_there_is_none) { EXPECT_FALSE(load()->has_value()); }

TEST_F(snapshot_test, a_snapshot_that_cannot_be_read_is_an_error) {
  test::ask(io_, *connection_,
            {"HSET", snapshot_key(municipality_), "position", "1-1", "state", "\xff garbage"});
  EXPECT_EQ(load().error(), errc::unreadable_snapshot);
}

TEST_F(snapshot_test, another_municipalitys_snapshot_is_not_taken) {
  ASSERT_FALSE(save({}));
  const auto other = snapshot_key(municipality_ + "-b");
  test::ask(io_, *connection_, {"COPY", snapshot_key(municipality_), other});
  const auto wrong = wait_for<loaded>(
      [&](auto done) { load_snapshot(*connection_, municipality_ + "-b", std::move(done)); });
  EXPECT_EQ(wrong.error(), errc::unreadable_snapshot);
}

}  // namespace
}  // namespace varde::ledger
