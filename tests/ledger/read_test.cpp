// Reading back what was written: by subject and by municipality, across pages, whatever the bytes.
#include "ledger/read.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"
#include "ledger/older_node.hpp"

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
  const auto count = 2 * page_elements_max + 1;
  fill_one_by_one("r-1", count);
  const auto found = read("r-1");
  ASSERT_EQ(found->size(), count);
  EXPECT_EQ(found->front().version(), 1u);
  EXPECT_EQ(found->back().version(), count);
}

TEST_F(read_test, a_history_that_older_nodes_began_is_read_across_all_its_pages) {
  test::older_node older{io_, *connection_, municipality_, 3};
  const auto before = page_elements_max + 7, after = page_elements_max + 5;
  for (std::uint64_t version = 0; version < before; ++version)
    ASSERT_EQ(*older.commit("r-1", version), 1);
  EXPECT_EQ(read("r-1")->size(), before);
  fill_one_by_one("r-1", after, before);
  EXPECT_EQ(read("r-1")->size(), before + after);
  for (const std::uint64_t from :
       {std::uint64_t{2}, before - 1, before, before + 1, before + after}) {
    const auto found = read("r-1", from);
    ASSERT_EQ(found->size(), before + after - from + 1);
    EXPECT_EQ(found->front().version(), from);
  }
  EXPECT_TRUE(read("r-1", before + after + 1)->empty());
}

TEST_F(read_test, of_a_batch_only_the_subjects_own_entries_are_read) {
  submit({commit_of(municipality_, "r-1", 0, 1, "about r-10"), commit_of(municipality_, "r-10", 0),
          commit_of(municipality_, "r-1", 1, 2)});
  EXPECT_EQ(read("r-1")->size(), 3u);
  EXPECT_EQ(read("r-10")->size(), 1u);
}

TEST_F(read_test, any_bytes_in_an_entry_come_back) {
  std::string text;
  for (int i = 1; i < 128; ++i) text += static_cast<char>(i);
  text += std::string("\0\r\n$3\r\n", 8) + "æøå 🜁";
  submit({commit_of(municipality_, "r-ø 1\r\n", 0, 1, text)});
  EXPECT_EQ(read("r-ø 1\r\n")->front().note_added().text(), text);
}

TEST_F(read_test, a_batch_missing_from_the_stream_is_an_error) {
  fill_one_by_one("r-1", 3);
  const auto all = ask(io_, *connection_, {"XRANGE", ledger_key(municipality_), "-", "+"});
  const auto second = all->elements[1].elements[0].text;
  ask(io_, *connection_, {"XDEL", ledger_key(municipality_), second});
  EXPECT_EQ(read("r-1").error(), errc::missing_entry);
  EXPECT_EQ(read("r-1", 3)->size(), 1u);
}

TEST_F(read_test, an_entry_that_a_list_names_and_the_stream_lacks_is_an_error) {
  test::older_node older{io_, *connection_, municipality_, 3};
  for (std::uint64_t version = 0; version < 2; ++version) older.commit("r-1", version);
  const auto list = old_list_key(municipality_, "r-1");
  ask(io_, *connection_,
      {"XDEL", ledger_key(municipality_), ask(io_, *connection_, {"LINDEX", list, "0"})->text});
  EXPECT_EQ(read("r-1").error(), errc::missing_entry);
}

TEST_F(read_test, a_replay_hands_over_100000_entries_in_order) {
  constexpr std::size_t count = 100'000;
  fill("r-1", count);
  std::uint64_t expected = 0;
  bool in_order = true;
  position newest;
  const auto end = replay_all([&](const alarm::v1::Entry& entry, position at) {
    in_order = in_order && entry.version() == ++expected && at >= newest;
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
