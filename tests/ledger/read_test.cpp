// Reading back what was written: by subject and by municipality, across pages, whatever the bytes.
#include "ledger/read.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"

namespace varde::ledger {
namespace {

using test::ask;
using test::commit_of;
using entries = std::vector<alarm::v1::Entry>;

class read_test : public test::ledger_fixture {
 protected:
  base::result<entries> read(const std::string& subject, std::uint64_t from = 1,
                             std::uint64_t to = newest_version) {
    return wait_for<base::result<entries>>([&](auto done) {
      read_subject(*connection_, municipality_, subject, from, to, std::move(done));
    });
  }
  base::result<replay_end> replay_all(entry_handler each) {
    return wait_for<base::result<replay_end>>([&](auto done) {
      replay(*connection_, municipality_, position{}, std::move(each), std::move(done));
    });
  }
};

TEST_F(read_test, a_subject_is_read_in_the_order_of_its_versions) {
  submit({commit_of(municipality_, "r-1", 0, 3), commit_of(municipality_, "r-2", 0, 2),
          commit_of(municipality_, "r-1", 3, 2)});
  const auto found = read("r-1");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 5u);
  for (std::size_t i = 0; i < found->size(); ++i) {
    EXPECT_EQ((*found)[i].version(), i + 1);
    EXPECT_EQ((*found)[i].subject(), "r-1");
  }
}

TEST_F(read_test, a_range_of_versions_includes_both_ends) {
  fill("r-1", 10);
  const auto found = read("r-1", 4, 6);
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ(found->front().version(), 4u);
  EXPECT_EQ(found->back().version(), 6u);
}

TEST_F(read_test, a_subject_nobody_wrote_to_is_empty) { EXPECT_TRUE(read("r-none")->empty()); }

TEST_F(read_test, a_history_of_several_pages_is_read_whole) {
  const auto count = 2 * page_entries_max;  // the last page is full, and an empty one follows
  fill("r-1", count);
  const auto found = read("r-1");
  ASSERT_EQ(found->size(), count);
  EXPECT_EQ(found->back().version(), count);
}

TEST_F(read_test, any_bytes_in_an_entry_come_back) {
  std::string text;
  for (int i = 1; i < 128; ++i) text += static_cast<char>(i);
  text += std::string("\0\r\n$3\r\n", 8) + "æøå 🜁";
  submit({commit_of(municipality_, "r-ø 1\r\n", 0, 1, text)});
  EXPECT_EQ(read("r-ø 1\r\n")->front().note_added().text(), text);
}

TEST_F(read_test, an_entry_missing_from_the_stream_is_an_error) {
  fill("r-1", 2);
  const auto list = subject_key(municipality_, "r-1");
  const auto id = ask(io_, *connection_, {"LINDEX", list, "1"})->text;
  ask(io_, *connection_, {"XDEL", ledger_key(municipality_), id});
  EXPECT_EQ(read("r-1").error(), errc::missing_entry);
}

TEST_F(read_test, a_replay_hands_over_100000_entries_in_order) {
  constexpr std::size_t count = 100'000;
  fill("r-1", count);
  std::uint64_t expected = 0;
  bool in_order = true;
  position newest;
  const auto end = replay_all([&](const alarm::v1::Entry& entry, position at) {
    in_order = in_order && entry.version() == ++expected && at > newest;
    newest = at;
  });
  ASSERT_TRUE(end);
  EXPECT_TRUE(in_order);
  EXPECT_EQ(end->entries, count);
  EXPECT_EQ(end->last, newest);
}

TEST_F(read_test, a_replay_leaves_out_an_unreadable_entry_and_says_so) {
  fill("r-1", 1);
  ask(io_, *connection_, {"XADD", ledger_key(municipality_), "*", "e", "\xff garbage", "h", ""});
  submit({commit_of(municipality_, "r-1", 1)});
  const auto end = replay_all([](const alarm::v1::Entry&, position) {});
  EXPECT_EQ(end->entries, 2u);
  EXPECT_EQ(end->unreadable, 1u);
}

TEST_F(read_test, a_replay_of_an_empty_ledger_ends_where_it_began) {
  const auto end = replay_all([](const alarm::v1::Entry&, position) {});
  EXPECT_EQ(end->last, position{});
}

TEST_F(read_test, a_stream_of_another_shape_is_an_error) {
  ask(io_, *connection_, {"XADD", ledger_key(municipality_), "*", "other", "shape"});
  EXPECT_EQ(replay_all([](const alarm::v1::Entry&, position) {}).error(), errc::unexpected_reply);
}

}  // namespace
}  // namespace varde::ledger
