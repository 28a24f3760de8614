// The verifier finds a whole ledger whole, and every kind of tampering.
#include "ledger/verify.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <optional>
#include <string>

#include "base/hash.hpp"
#include "ledger/frames.hpp"
#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"
#include "ledger/older_node.hpp"
#include "ledger/read.hpp"

namespace varde::ledger {
namespace {

using test::ask;
using test::commit_of;
using test::note_of;
using test::run_until;

class verify_test : public test::ledger_fixture {
 protected:
  chain_report verify() { return verify(*connection_); }
  chain_report verify(redis::connection& connection) {
    const auto report = wait_for<base::result<chain_report>>(
        [&](auto done) { verify_chain(connection, municipality_, std::move(done)); });
    EXPECT_TRUE(report);
    return *report;
  }
  /// Appends what no writer would, with a right hash and as if its subject had been at `before`.
  void forge(const alarm::v1::Entry& entry, const place& before) {
    std::string batch;
    append_entry(batch, entry.SerializeAsString());
    const auto hash = base::sha1_hex(newest_hash() + base::sha1_hex(batch));
    const auto id =
        ask(io_, *connection_,
            {"XADD", ledger_key(municipality_), "*", "b", batch, "p", to_string(before), "h", hash})
            ->text;
    put_place(entry.subject(), {entry.version(), place::in_element{1, *parse_position(id)}});
    ask(io_, *connection_, {"HSET", places_key(municipality_), std::string{chain_field}, hash});
  }
  void forge(const alarm::v1::Entry& entry) { forge(entry, place_of(entry.subject())); }
  void put_place(const std::string& subject, const place& p) {
    ask(io_, *connection_, {"HSET", places_key(municipality_), subject, to_string(p)});
  }
};

TEST_F(verify_test, what_the_writer_wrote_is_whole) {
  fill_one_by_one("r-1", page_elements_max + 3);
  submit({commit_of(municipality_, "r-2", 0, 2), commit_of(municipality_, "r-2", 0),
          commit_of(municipality_, "r-3", 0)});
  const auto report = verify();
  EXPECT_FALSE(report.first);
  EXPECT_EQ(report.entries, page_elements_max + 6);
  EXPECT_EQ(report.subjects, 3u);
  EXPECT_EQ(report.hash, newest_hash());
}

TEST_F(verify_test, an_empty_ledger_is_whole) { EXPECT_FALSE(verify().first); }

TEST_F(verify_test, a_removed_element_breaks_the_chain) {
  fill_one_by_one("r-1", 3);
  const auto all = ask(io_, *connection_, {"XRANGE", ledger_key(municipality_), "-", "+"});
  ask(io_, *connection_, {"XDEL", ledger_key(municipality_), all->elements[1].elements[0].text});
  EXPECT_EQ(verify().first->what, flaw::wrong_hash);
}

TEST_F(verify_test, a_version_out_of_turn_is_found) {
  fill("r-1", 1);
  forge(note_of(municipality_, "r-1", 6));
  const auto report = verify();
  EXPECT_EQ(report.first->what, flaw::version_gap);
  EXPECT_EQ(report.first->subject, "r-1");
}

TEST_F(verify_test, an_entry_of_another_municipality_is_found) {
  forge(note_of("elsewhere", "r-1", 1));
  EXPECT_EQ(verify().first->what, flaw::foreign);
}

TEST_F(verify_test, an_entry_of_a_newer_format_is_found) {
  auto entry = note_of(municipality_, "r-1", 1);
  entry.set_format(entry_format + 1);
  forge(entry);
  EXPECT_EQ(verify().first->what, flaw::unreadable);
}

TEST_F(verify_test, a_place_of_an_earlier_version_is_found) {
  fill("r-1", 1);
  const auto first = place_of("r-1");
  fill_one_by_one("r-1", 1, 1);
  put_place("r-1", first);
  const auto report = verify();
  EXPECT_EQ(report.first->what, flaw::place_differs);
  EXPECT_EQ(report.first->subject, "r-1");
}

TEST_F(verify_test, a_place_that_is_missing_or_no_place_is_found) {
  fill("r-1", 1);
  ask(io_, *connection_, {"HSET", places_key(municipality_), "r-1", "somewhere"});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
  ask(io_, *connection_, {"HDEL", places_key(municipality_), "r-1"});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
}

TEST_F(verify_test, an_element_that_names_a_wrong_place_before_it_is_found) {
  fill("r-1", 1);
  forge(note_of(municipality_, "r-1", 2), place{});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
}

class old_lists : public verify_test {
 protected:
  void SetUp() override {
    verify_test::SetUp();
    test::older_node older{io_, *connection_, municipality_, 3};
    for (std::uint64_t version = 0; version < 3; ++version)
      ASSERT_EQ(*older.commit("r-1", version), 1);
    ASSERT_FALSE(verify().first);
  }
  const std::string& list() { return list_ = old_list_key(municipality_, "r-1"); }
  std::string first_in_list() { return ask(io_, *connection_, {"LINDEX", list(), "0"})->text; }

 private:
  std::string list_;
};

TEST_F(old_lists, are_still_held_against_the_stream_when_we_write) {
  submit({commit_of(municipality_, "r-1", 3)});
  EXPECT_FALSE(verify().first);
  ask(io_, *connection_, {"RPOP", list()});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
}

TEST_F(old_lists, are_found_if_shortened) {
  ask(io_, *connection_, {"RPOP", list()});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
}

TEST_F(old_lists, are_found_if_they_have_a_wrong_place) {
  ask(io_, *connection_, {"LSET", list(), "1", first_in_list()});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
}

TEST_F(old_lists, are_found_if_they_have_a_place_too_many) {
  ask(io_, *connection_, {"RPUSH", list(), first_in_list()});
  EXPECT_EQ(verify().first->what, flaw::place_differs);
}

TEST_F(old_lists, have_their_newest_hash_where_it_was) {
  ask(io_, *connection_, {"SET", old_chain_key(municipality_), "0000"});
  EXPECT_EQ(verify().first->what, flaw::chain_differs);
}

TEST_F(old_lists, of_a_wrong_type_leave_no_half_call) {
  ask(io_, *connection_, {"SET", old_list_key(municipality_, "r-2"), "not a list"});
  const auto results =
      submit({commit_of(municipality_, "r-1", 3), commit_of(municipality_, "r-2", 0),
              commit_of(municipality_, "r-1", 4)});
  for (const auto& result : results) EXPECT_EQ(result.status, commit_status::failed);
  const auto report = verify();
  EXPECT_FALSE(report.first);
  EXPECT_EQ(report.entries, 3u);
}

TEST_F(verify_test, what_is_committed_meanwhile_is_no_flaw) {
  fill("r-1", 2'500);
  std::uint64_t version = 2'500, answered = version;
  std::optional<base::result<chain_report>> report;
  verify_chain(*connection_, municipality_, [&](auto r) { report = std::move(r); });
  const auto other = test::connect(io_, server_->where());
  writer beside(*other);
  ASSERT_TRUE(run_until(io_, [&] {
    if (!report && answered == version)
      beside.submit({commit_of(municipality_, "r-1", version++)}, [&](auto) { ++answered; });
    return report && answered == version;
  }));
  ASSERT_TRUE(*report);
  EXPECT_FALSE((*report)->first);
  EXPECT_GT(version, 2'500u);
}

TEST_F(verify_test, a_wrong_newest_hash_is_found) {
  fill("r-1", 2);
  ask(io_, *connection_, {"HSET", places_key(municipality_), std::string{chain_field}, "0000"});
  EXPECT_EQ(verify().first->what, flaw::chain_differs);
}

TEST_F(verify_test, an_entry_behind_the_newest_hash_is_found) {
  fill("r-1", 1);
  const auto bytes = note_of(municipality_, "r-1", 2).SerializeAsString();
  ask(io_, *connection_, {"XADD", ledger_key(municipality_), "*", "e", bytes, "h", ""});
  EXPECT_EQ(verify().first->what, flaw::wrong_hash);
}

TEST_F(verify_test,
       killed_in_the_middle_what_was_committed_is_there_and_the_rest_is_decided_again) {
  test::live_redis mortal;
  const auto connection = test::connect(io_, mortal.where());
  writer write(*connection);
  constexpr std::uint64_t batches = 400;
  std::uint64_t answered = 0, committed = 0;
  const auto take = [&](std::vector<commit_result> results) {
    ++answered;
    committed += results[0].status == commit_status::committed;
  };
  std::uint64_t version = 0;
  for (std::uint64_t i = 0; i < batches; ++i)
    write.submit({commit_of(municipality_, "r-1", version++)}, take);
  ASSERT_TRUE(run_until(io_, [&] { return committed >= 1; }));
  ASSERT_EQ(kill(mortal.process().pid(), SIGKILL), 0);
  for (std::uint64_t i = 0; i < batches; ++i)
    write.submit({commit_of(municipality_, "r-1", version++)}, take);
  ASSERT_TRUE(run_until(io_, [&] { return answered == 2 * batches; }));
  ASSERT_LT(committed, 2 * batches);
  ASSERT_TRUE(run_until(io_, [&] { return connection->connected(); }));

  const auto found = wait_for<base::result<std::vector<alarm::v1::Entry>>>([&](auto done) {
    read_subject(*connection, municipality_, "r-1", 1, newest_version, std::move(done));
  });
  ASSERT_TRUE(found);
  EXPECT_GE(found->size(), committed);
  EXPECT_FALSE(verify(*connection).first);

  std::optional<commit_status> again;
  write.submit({commit_of(municipality_, "r-1", found->size())},
               [&](auto results) { again = results[0].status; });
  ASSERT_TRUE(run_until(io_, [&] { return again.has_value(); }));
  EXPECT_EQ(*again, commit_status::committed);
  EXPECT_FALSE(verify(*connection).first);
}

}  // namespace
}  // namespace varde::ledger
