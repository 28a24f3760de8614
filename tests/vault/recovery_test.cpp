// Starts on what a crash or a bad disk left: a torn end is cut and nothing else, and a vault that
// is corrupt is set aside untouched while its sound records go on.
#include "vault/recovery.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "vault/inspect.hpp"
#include "vault/vault_fixture.hpp"

namespace varde::vault {
namespace {

using namespace test;

class vault_recovery : public testing::Test {
 protected:
  /// Three batches in one segment: blocks 1, 2 and 3. Gives its path.
  std::string three_batches() {
    const auto vault = open_log(given_, figures_);
    append(*vault, {"a1", "a2"}).value();
    append(*vault, {"b1", "b2"}).value();
    append(*vault, {"c1", "c2"}).value();
    return segments_in(home_).front();
  }
  /// Seven records in three segments or more.
  void many_segments() {
    const auto vault = open_log(given_, figures_);
    for (char c = '1'; c <= '7'; ++c) append(*vault, {std::string(25'000, c)}).value();
  }
  static void flip(const std::string& path, std::uint64_t offset) {
    const char changed = static_cast<char>(bytes_of(path).at(offset) ^ 1);
    overwrite(path, offset, {&changed, 1});
  }

  scratch_directory scratch_{quick_place()};
  std::string home_ = scratch_ / "vault";
  base::metrics figures_;
  options given_ = small_options({home_});
};

constexpr std::uint64_t first_payload = record_header_bytes;

TEST_F(vault_recovery, a_torn_last_record_is_cut_and_all_before_it_stay) {
  const auto segment = three_batches();
  const auto second_of_c = 3 * block_bytes + record_bytes(2);
  flip(segment, second_of_c + first_payload);
  const auto vault = open_log(given_, figures_);
  EXPECT_GT(vault->recovered().torn_bytes_cut, 0u);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(fs::file_size(segment), 4 * block_bytes);
  EXPECT_EQ(*append(*vault, {"d"}), 6u);
  EXPECT_EQ(read_all(*vault),
            (contents{{1, "a1"}, {2, "a2"}, {3, "b1"}, {4, "b2"}, {5, "c1"}, {6, "d"}}));
}

TEST_F(vault_recovery, a_torn_batch_may_have_lost_its_beginning_only) {
  const auto segment = three_batches();
  flip(segment, 3 * block_bytes + first_payload);
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(read_all(*vault), (contents{{1, "a1"}, {2, "a2"}, {3, "b1"}, {4, "b2"}}));
}

TEST_F(vault_recovery, a_first_batch_that_was_torn_leaves_an_empty_vault) {
  std::string segment;
  {
    const auto vault = open_log(given_, figures_);
    append(*vault, {"a1", "a2"}).value();
    segment = segments_in(home_).front();
  }
  flip(segment, block_bytes + first_payload);
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(vault->recovered().records, 0u);
  EXPECT_EQ(*append(*vault, {"x"}), 1u);
}

/// Whichever blocks of the last write a power cut kept from the disk.
TEST(vault_recovery_property, any_torn_last_write_costs_nothing_that_was_reported) {
  EXPECT_TRUE(rc::check([] {
    const scratch_directory scratch(quick_place());
    const auto given = small_options({scratch / "vault"});
    base::metrics figures;
    contents reported;
    std::size_t torn_from = 0;
    {
      const auto vault = open_log(given, figures);
      for (int batches = *rc::gen::inRange(0, 4); batches >= 0; --batches) {
        std::vector<std::string> records;
        for (int n = *rc::gen::inRange(1, 12); n > 0; --n)
          records.push_back(*rc::gen::container<std::string>(*rc::gen::inRange<std::size_t>(0, 900),
                                                             rc::gen::arbitrary<char>()));
        if (batches == 0) torn_from = vault->last();
        const auto last = append(*vault, records).value();
        if (batches > 0)
          for (std::size_t i = 0; i < records.size(); ++i)
            reported.emplace(last - records.size() + 1 + i, records[i]);
      }
    }
    const auto segment = segments_in(given.directories[0]).back();
    auto surveyed = survey({given.directories[0] + '/' + segments_folder}).value();
    const auto end = surveyed.back().scan.end;
    // The last batch begins at the block after the last record that was reported.
    std::size_t at = block_bytes;
    const auto bytes = bytes_of(segment);
    scan(bytes, surveyed.back().info.mark, [&](const record& r) {
      const auto record_at =
          static_cast<std::size_t>(r.payload.data() - bytes.data()) - record_header_bytes;
      if (r.number <= torn_from) at = next_block(record_at + record_bytes(r.payload.size()));
    });
    for (; at < end; at += 512)
      if (*rc::gen::arbitrary<bool>())
        overwrite(segment, at, std::string(std::min<std::size_t>(512, end - at), '\0'));

    const auto vault = open_log(given, figures);
    RC_ASSERT(vault->recovered().set_aside.empty());
    const auto kept = read_all(*vault);
    for (const auto& [number, payload] : reported) RC_ASSERT(kept.at(number) == payload);
    RC_ASSERT(append(*vault, {"next"}).value() == vault->recovered().last + 1);
  }));
}

TEST_F(vault_recovery, a_damaged_record_before_a_later_write_sets_the_vault_aside_whole) {
  const auto segment = three_batches();
  flip(segment, 2 * block_bytes + first_payload);
  const auto before = bytes_of(segment);
  const auto vault = open_log(given_, figures_);
  const auto& found = vault->recovered();
  ASSERT_EQ(found.set_aside.size(), 1u);
  const fs::path aside = found.set_aside[0];
  EXPECT_EQ(aside.parent_path(), home_);
  EXPECT_TRUE(aside.filename().string().starts_with("segments.corrupt-2"));
  EXPECT_EQ(bytes_of(aside / fs::path(segment).filename()), before);
  EXPECT_EQ(found.torn_bytes_cut, 0u);
  EXPECT_NE(figures_.render().find("varde_vault_set_aside_total 1\n"), std::string::npos);
}

TEST_F(vault_recovery, the_sound_records_of_a_corrupt_vault_go_on_with_new_sequences) {
  flip(three_batches(), 2 * block_bytes + first_payload);
  {
    const auto vault = open_log(given_, figures_);
    EXPECT_EQ(vault->recovered().salvaged, 5u);
    EXPECT_EQ(read_all(*vault),
              (contents{{7, "a1"}, {8, "a2"}, {9, "b2"}, {10, "c1"}, {11, "c2"}}));
    EXPECT_EQ(*append(*vault, {"d"}), 12u);
  }
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(vault->recovered().salvaged, 0u);
  EXPECT_EQ(read_all(*vault).size(), 6u);
}

TEST_F(vault_recovery, a_salvage_that_was_interrupted_is_done_again) {
  flip(three_batches(), 2 * block_bytes + first_payload);
  faulty_files files;
  files.fault = [](operation what, const std::string& path) {
    return what == operation::write && path.find("corrupt") == std::string::npos ? ENOSPC : 0;
  };
  given_.files = &files;
  {
    const auto vault = open_log(given_, figures_);
    EXPECT_EQ(vault->recovered().set_aside.size(), 1u);
    EXPECT_EQ(vault->recovered().salvaged, 0u);
    EXPECT_TRUE(vault->degraded());
  }
  given_.files = nullptr;
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(vault->recovered().set_aside.empty());
  EXPECT_EQ(vault->recovered().salvaged, 5u);
  EXPECT_EQ(read_all(*vault).begin()->first, 7u);
}

TEST_F(vault_recovery, if_the_end_cannot_be_cut_and_synced_its_records_are_written_anew) {
  three_batches();
  faulty_files files;
  files.fault = [](operation what, const std::string&) {
    return what == operation::truncate ? EIO : 0;
  };
  given_.files = &files;
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().set_aside.size(), 1u);
  EXPECT_EQ(vault->recovered().salvaged, 6u);
  EXPECT_EQ(read_all(*vault).begin()->first, 7u);
}

TEST_F(vault_recovery, a_corrupt_vault_that_cannot_be_renamed_is_salvaged_into_the_spare) {
  flip(three_batches(), 2 * block_bytes + first_payload);
  faulty_files files;
  files.fault = [this](operation what, const std::string& path) {
    return what == operation::rename && path == home_ + '/' + segments_folder ? EROFS : 0;
  };
  given_.files = &files;
  given_.directories.push_back(scratch_ / "spare");
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().salvaged, 5u);
  EXPECT_TRUE(vault->state().on_spare);
  EXPECT_EQ(read_all(*vault).size(), 5u);
}

TEST_F(vault_recovery, a_damaged_header_is_corruption_and_costs_no_record) {
  const auto segment = three_batches();
  flip(segment, 40);
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().set_aside.size(), 1u);
  EXPECT_EQ(vault->recovered().salvaged, 6u);
}

TEST_F(vault_recovery, a_segment_missing_between_others_is_corruption) {
  many_segments();
  const auto segments = segments_in(home_);
  ASSERT_GE(segments.size(), 3u);
  fs::remove(segments[1]);
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().set_aside.size(), 1u);
  EXPECT_EQ(vault->recovered().salvaged, 5u);
}

TEST_F(vault_recovery, damage_in_an_older_segment_is_corruption_even_at_its_end) {
  many_segments();
  const auto oldest = segments_in(home_).front();
  flip(oldest, 30'000);
  const auto inspected = inspect({home_}, {});
  EXPECT_NE(inspected->fault, "");
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().set_aside.size(), 1u);
  EXPECT_GE(vault->recovered().salvaged, 5u);
}

TEST_F(vault_recovery, a_segment_of_another_vault_is_not_mixed_in) {
  three_batches();
  auto other = small_options({scratch_ / "other"});
  append(*open_log(other, figures_), {"foreign"}).value();
  fs::copy(segments_in(other.directories[0]).front(), segment_path(home_, 99));
  const auto vault = open_log(given_, figures_);
  EXPECT_EQ(vault->recovered().set_aside.size(), 1u);
}

TEST_F(vault_recovery, a_newer_format_ends_the_start_and_nothing_is_touched) {
  const auto segment = three_batches();
  overwrite(segment, 0, encode(segment_header{.format = format_version + 1, .mark = 5}));
  const auto before = bytes_of(segment);
  EXPECT_EQ(log::open(given_, figures_).error(), errc::unknown_format);
  EXPECT_EQ(bytes_of(segment), before);
}

TEST_F(vault_recovery, a_segment_that_was_being_prepared_is_removed) {
  three_batches();
  const auto half_made = segment_path(home_, 50) + preparing_suffix;
  std::ofstream(half_made) << "zeros";
  const auto vault = open_log(given_, figures_);
  EXPECT_FALSE(fs::exists(half_made));
  EXPECT_EQ(vault->recovered().records, 6u);
}

TEST_F(vault_recovery, two_vaults_set_aside_in_one_second_both_stay) {
  given_.wall = [] { return base::from_us(1'768'478'400'000'000); };
  for (int i = 0; i < 2; ++i) flip(three_batches(), 2 * block_bytes + first_payload);
  const auto vault = open_log(given_, figures_);
  EXPECT_TRUE(fs::exists(home_ + "/segments.corrupt-20260115T120000Z"));
  EXPECT_TRUE(fs::exists(home_ + "/segments.corrupt-20260115T120000Z-1"));
}

}  // namespace
}  // namespace varde::vault
