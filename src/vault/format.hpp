// The bytes of a segment: a header block, then batches of records. Pure: bytes in, values out. The
// layout is described for people in docs/vault.md; every number is little endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace varde::vault {

/// Number of a record: from 1, without gaps.
using sequence = std::uint64_t;

inline constexpr std::uint32_t format_version = 1;
/// A batch begins at a multiple of this, so that no block that holds a promised record is ever
/// written again: a write that is torn by a power cut can only hurt its own records.
inline constexpr std::size_t block_bytes = 4096;
/// Records begin at multiples of this.
inline constexpr std::size_t record_alignment = 8;
inline constexpr std::size_t record_header_bytes = 40;
/// The most that one append may hold, headers included; also the most that is written at once.
inline constexpr std::size_t append_bytes_max = std::size_t{8} << 20;

struct segment_header {
  std::uint32_t format = format_version;
  std::uint64_t vault_id = 0;  ///< random, the same in all segments of one vault
  std::uint64_t ordinal = 0;   ///< rises with each segment of the vault, over all directories
  /// Random, and in front of every record of this segment. So bytes that look like a record but
  /// came with a payload, or with a block of an older file, are not taken for one.
  std::uint64_t mark = 0;
  base::wall_time created{};
  /// Records up to this one were on disk when the segment was made.
  sequence floor = 0;
};

struct record {
  sequence number = 0;
  sequence batch_first = 0;  ///< the first record written in the same write
  base::wall_time written{};
  std::string_view payload;
};

[[nodiscard]] std::string encode(const segment_header& header);

enum class header_fault { damaged, newer_format };
struct decoded_header {
  std::optional<segment_header> header;
  header_fault fault = header_fault::damaged;  ///< if there is no header
};
[[nodiscard]] decoded_header decode_header(std::string_view bytes);

/// Bytes that a record with this payload takes in a batch.
[[nodiscard]] constexpr std::size_t record_bytes(std::size_t payload_bytes) {
  return (record_header_bytes + payload_bytes + record_alignment - 1) / record_alignment *
         record_alignment;
}
[[nodiscard]] constexpr std::size_t next_block(std::size_t offset) {
  return (offset + block_bytes - 1) / block_bytes * block_bytes;
}

/// Appends the record to `out`, padded to `record_alignment`.
void encode(const record& r, std::uint64_t mark, std::string& out);
/// The record at the beginning of `bytes`, if a whole and sound one of this mark is there.
[[nodiscard]] std::optional<record> decode_record(std::string_view bytes, std::uint64_t mark);

/// What a segment holds. Everything from `end` on is not a record that follows the one before it.
struct scan_result {
  std::uint64_t records = 0;
  sequence first = 0, last = 0;  ///< 0 if there are none
  std::size_t end = block_bytes;
  base::wall_time newest{};
  /// Bytes from `end` to the last one that is not zero.
  std::uint64_t rest_bytes = 0;
  /// Highest `batch_first` of the sound records behind `end`; 0 if there are none.
  sequence rest_batch_max = 0;
};

using record_visitor = std::function<void(const record&)>;

/// Walks through a segment's bytes, header block included, and calls `each` for the records that
/// follow each other without a gap from the first one on.
scan_result scan(std::string_view segment, std::uint64_t mark, const record_visitor& each = {});
/// Calls `each` for every sound record anywhere in the segment: what can be saved of a damaged one.
void scan_everything(std::string_view segment, std::uint64_t mark, const record_visitor& each);

}  // namespace varde::vault
