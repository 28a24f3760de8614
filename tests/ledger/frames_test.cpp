// Batches made and taken apart here, held against protobuf's own.
#include "ledger/frames.hpp"

#include <gtest/gtest.h>

#include <string>

#include "varde/ledger/v1/batch.pb.h"
#include "varde/ledger/v1/vaulted.pb.h"

namespace varde::ledger {
namespace {

const std::vector<std::string> several{"",
                                       "one",
                                       std::string(127, 'a'),
                                       std::string(128, 'b'),
                                       std::string(70'000, 'c'),
                                       std::string("\0\n", 2)};

TEST(frames, what_is_appended_is_what_protobuf_would_write) {
  std::string batch;
  v1::Batch message;
  for (const auto& text : several) {
    auto& entry = *message.add_entries();
    entry.set_case_id(text);
    append_entry(batch, entry.SerializeAsString());
  }
  EXPECT_EQ(batch, message.SerializeAsString());
}

TEST(frames, entries_come_behind_what_else_a_message_says) {
  v1::VaultedCommit message;
  message.set_format(1);
  message.set_municipality("9901");
  std::string bytes = message.SerializeAsString();
  for (const auto& text : several) {
    auto& entry = *message.add_entries();
    entry.set_case_id(text);
    append_entry(bytes, v1::VaultedCommit::kEntriesFieldNumber, entry.SerializeAsString());
  }
  EXPECT_EQ(bytes, message.SerializeAsString());
}

TEST(frames, entries_come_back_in_their_order) {
  std::string batch;
  for (const auto& entry : several) append_entry(batch, entry);
  const auto found = entries_in(batch);
  ASSERT_TRUE(found);
  EXPECT_EQ((std::vector<std::string>{found->begin(), found->end()}), several);
}

TEST(frames, a_batch_cut_within_an_entry_is_none) {
  std::string batch;
  append_entry(batch, "one");
  const auto whole = batch.size();
  append_entry(batch, std::string(200, 'x'));
  for (std::size_t bytes = 0; bytes < batch.size(); ++bytes)
    EXPECT_EQ(entries_in(std::string_view{batch}.substr(0, bytes)).has_value(),
              bytes == 0 || bytes == whole)
        << bytes;
}

TEST(frames, other_fields_and_sizes_beyond_the_end_are_refused) {
  EXPECT_FALSE(entries_in("\x12\x01x"));
  EXPECT_FALSE(entries_in("\x08\x01"));
  EXPECT_FALSE(entries_in("\x0a\xff\xff\xff\xff\x0fx"));
  EXPECT_FALSE(entries_in("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"));
}

}  // namespace
}  // namespace varde::ledger
