// The bytes of a segment: what was encoded comes back, and nothing else does.
#include "vault/format.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

using namespace varde;
using namespace varde::vault;

namespace {

constexpr std::uint64_t mark = 0x1122334455667788;

struct image {
  std::string bytes = std::string(block_bytes, '\0');
  sequence next = 1;

  void batch(const std::vector<std::string>& payloads) {
    bytes.resize(next_block(bytes.size()));
    const sequence first = next;
    for (const auto& payload : payloads)
      encode({.number = next++, .batch_first = first, .payload = payload}, mark, bytes);
  }
};

std::vector<std::string> some_payloads() {
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::arbitrary<char>())));
}

}  // namespace

TEST(vault_format, a_header_comes_back) {
  const segment_header given{.vault_id = 7,
                             .ordinal = 8,
                             .mark = 9,
                             .created = base::from_us(1'767'225'600'000'000),
                             .floor = 10};
  const auto read = decode_header(encode(given)).header;
  ASSERT_TRUE(read);
  EXPECT_EQ(read->vault_id, given.vault_id);
  EXPECT_EQ(read->ordinal, given.ordinal);
  EXPECT_EQ(read->mark, given.mark);
  EXPECT_EQ(read->created, given.created);
  EXPECT_EQ(read->floor, given.floor);
}

TEST(vault_format, a_header_with_any_bit_changed_is_damaged) {
  const auto sound = encode(segment_header{.vault_id = 7, .ordinal = 8, .mark = 9});
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    auto bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    const auto read = decode_header(bytes);
    EXPECT_FALSE(read.header) << bit;
    EXPECT_EQ(read.fault, header_fault::damaged) << bit;
  }
}

TEST(vault_format, a_sound_header_of_a_newer_format_is_told_from_a_damaged_one) {
  const auto read = decode_header(encode(segment_header{.format = format_version + 1}));
  EXPECT_FALSE(read.header);
  EXPECT_EQ(read.fault, header_fault::newer_format);
}

TEST(vault_format, a_record_comes_back_and_no_changed_one_does) {
  EXPECT_TRUE(rc::check([](const std::string& payload, std::uint32_t number, std::uint32_t spot) {
    const record given{.number = number + 1u,
                       .batch_first = number / 2 + 1u,
                       .written = base::from_us(number),
                       .payload = payload};
    std::string bytes;
    encode(given, mark, bytes);
    RC_ASSERT(bytes.size() == record_bytes(payload.size()));
    const auto read = decode_record(bytes, mark);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->number == given.number);
    RC_ASSERT(read->batch_first == given.batch_first);
    RC_ASSERT(read->written == given.written);
    RC_ASSERT(read->payload == payload);

    RC_ASSERT(!decode_record(bytes, mark + 1).has_value());
    const auto bit = spot % ((record_header_bytes + payload.size()) * 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    RC_ASSERT(!decode_record(bytes, mark).has_value());
  }));
}

TEST(vault_format, a_record_cut_anywhere_is_none) {
  std::string bytes;
  encode({.number = 1, .batch_first = 1, .payload = "0123456789"}, mark, bytes);
  for (std::size_t size = 0; size < record_header_bytes + 10; ++size)
    EXPECT_FALSE(decode_record(std::string_view(bytes).substr(0, size), mark)) << size;
}

TEST(vault_format, a_scan_gives_all_records_of_all_batches_in_order) {
  EXPECT_TRUE(rc::check([] {
    image segment;
    std::vector<std::string> given, read;
    for (int batches = *rc::gen::inRange(1, 5); batches > 0; --batches) {
      const auto payloads = some_payloads();
      segment.batch(payloads);
      given.insert(given.end(), payloads.begin(), payloads.end());
    }
    const auto end = segment.bytes.size();
    segment.bytes.resize(next_block(end) + 5 * block_bytes);
    const auto found =
        scan(segment.bytes, mark, [&](const record& r) { read.emplace_back(r.payload); });
    RC_ASSERT(read == given);
    RC_ASSERT(found.first == 1u);
    RC_ASSERT(found.last == given.size());
    RC_ASSERT(found.end == end);
    RC_ASSERT(found.rest_bytes == 0u);
  }));
}

TEST(vault_format, a_scan_survives_any_bytes) {
  EXPECT_TRUE(rc::check([](const std::string& tail) {
    image segment;
    segment.batch({"kept"});
    const auto end = segment.bytes.size();
    const auto found = scan(segment.bytes + tail, mark);
    RC_ASSERT(found.last == 1u);
    RC_ASSERT(found.end == end);
  }));
}

TEST(vault_format, a_payload_that_looks_like_a_record_is_not_taken_for_one) {
  std::string forged;
  encode({.number = 2, .batch_first = 2, .payload = "forged"}, mark + 1, forged);
  image segment;
  segment.batch({forged});
  segment.batch({"true"});
  segment.bytes[block_bytes + 20] ^= 1;  // so that the payload is searched through
  const auto found = scan(segment.bytes, mark);
  EXPECT_EQ(found.records, 0u);
  EXPECT_EQ(found.rest_batch_max, 2u);
  std::vector<std::string> sound;
  scan_everything(segment.bytes, mark, [&](const record& r) { sound.emplace_back(r.payload); });
  EXPECT_EQ(sound, std::vector<std::string>{"true"});
}
