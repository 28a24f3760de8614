// The engine's vault on a real disk: what is appended comes back after a restart as it was, and so
// does how far the ledger was known to have it.
#include "core/disk_vault.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "triage/signals.hpp"

using namespace varde;

namespace {

class disk_vault_test : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "varde-disk-vault-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    place_ = pattern;
    open();
  }
  void TearDown() override {
    vault_.reset();
    std::filesystem::remove_all(place_);
  }

  void open() {
    vault_.reset();
    vault::options options;
    options.directories = {(place_ / "vault").string()};
    options.segment_bytes = vault::segment_bytes_min;
    auto opened = core::disk_vault::open(options, io_, metrics_);
    ASSERT_TRUE(opened);
    vault_ = std::move(*opened);
  }

  core::vault_sequence append(const std::vector<ledger::commit>& commits,
                              std::vector<core::vault_sequence> withdrawn = {}) {
    std::optional<base::result<core::vault_sequence>> last;
    vault_->append(commits, std::move(withdrawn), [&](auto result) { last = result; });
    wait([&] { return last.has_value(); });
    return last->value();
  }

  std::vector<core::vaulted> read(core::vault_sequence from, std::size_t most) {
    std::optional<std::vector<core::vaulted>> page;
    vault_->read(from, most, [&](auto result) { page = std::move(result.value()); });
    wait([&] { return page.has_value(); });
    return std::move(*page);
  }

  void wait(const std::function<bool()>& until) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!until() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds{20});
    }
    ASSERT_TRUE(until());
  }

  /// A case with its note, as one commit.
  static ledger::commit commit_of_two() {
    test::bench b;
    auto entries = b.receive(test::signal("d/1")).entries;
    auto note = b.command(test::operator_named("kari"), "n");
    note.mutable_note()->set_text("hei på deg");
    const auto noted = b.act(note).entries;
    entries.insert(entries.end(), noted.begin(), noted.end());
    return ledger::to_commit("9901", "r-1", 0, entries);
  }

  boost::asio::io_context io_;
  base::metrics metrics_;
  std::filesystem::path place_;
  std::unique_ptr<core::disk_vault> vault_;
};

}  // namespace

TEST_F(disk_vault_test, a_commit_comes_back_after_a_restart_as_it_was) {
  const auto c = commit_of_two();
  EXPECT_EQ(append({c, c}), 2u);
  open();
  const auto page = read(1, 10);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[1].sequence, 2u);
  EXPECT_EQ(page[1].municipality, "9901");
  EXPECT_EQ(page[1].subject, "r-1");
  EXPECT_EQ(page[1].expected_version, 0u);
  ASSERT_EQ(page[1].entries.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(page[1].entries[i].SerializeAsString(), c.entries[i]);
}

TEST_F(disk_vault_test, what_is_withdrawn_stands_before_the_commits_of_its_append) {
  append({commit_of_two()});
  EXPECT_EQ(append({commit_of_two()}, {1}), 3u);
  const auto page = read(1, 10);
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page[1].withdrawn, std::vector<core::vault_sequence>{1});
  EXPECT_TRUE(page[1].entries.empty());
  EXPECT_FALSE(page[2].entries.empty());
}

TEST_F(disk_vault_test, a_page_holds_no_more_than_asked_for) {
  for (int i = 0; i < 5; ++i) append({commit_of_two()});
  const auto page = read(2, 3);
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page.front().sequence, 2u);
  EXPECT_TRUE(read(6, 3).empty());
}

TEST_F(disk_vault_test, how_far_the_ledger_has_it_is_known_after_a_restart) {
  for (int i = 0; i < 3; ++i) append({commit_of_two()});
  EXPECT_EQ(vault_->doubtful_from(), 1u);
  vault_->confirm(2);
  open();
  EXPECT_EQ(vault_->doubtful_from(), 3u);
}

TEST_F(disk_vault_test, what_is_said_to_be_known_is_never_more_than_there_is) {
  append({commit_of_two()});
  vault_->confirm(1);
  vault_.reset();
  std::filesystem::remove_all(place_ / "vault");
  open();
  EXPECT_EQ(vault_->doubtful_from(), 1u);
}
