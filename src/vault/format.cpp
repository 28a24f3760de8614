// Encoding, decoding, and the walk through a segment that tells a sound end from a torn one.
#include "vault/format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/crc32c.hpp"

namespace varde::vault {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

namespace {

constexpr std::string_view magic = "varvault";
constexpr std::size_t header_bytes = 56;
constexpr std::size_t header_crc_at = 12;
constexpr std::size_t record_crc_at = 8;

template <class Number>
void put(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// The checksum of a header: over all but the checksum itself.
std::uint32_t crc_around(std::string_view bytes, std::size_t crc_at) {
  return base::crc32c(bytes.substr(crc_at + 4), base::crc32c(bytes.substr(0, crc_at)));
}

bool all_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c == 0; });
}

}  // namespace

std::string encode(const segment_header& header) {
  std::string out(magic);
  put(out, header.format);
  put(out, std::uint32_t{0});
  put(out, header.vault_id);
  put(out, header.ordinal);
  put(out, header.mark);
  put(out, base::to_us(header.created));
  put(out, header.floor);
  const std::uint32_t crc = crc_around(out, header_crc_at);
  std::memcpy(out.data() + header_crc_at, &crc, sizeof crc);
  return out;
}

decoded_header decode_header(std::string_view bytes) {
  if (bytes.size() < header_bytes || !bytes.starts_with(magic)) return {};
  const auto header = bytes.substr(0, header_bytes);
  if (get<std::uint32_t>(header, header_crc_at) != crc_around(header, header_crc_at)) return {};
  const auto format = get<std::uint32_t>(header, 8);
  if (format > format_version) return {std::nullopt, header_fault::newer_format};
  return {.header = segment_header{.format = format,
                                   .vault_id = get<std::uint64_t>(header, 16),
                                   .ordinal = get<std::uint64_t>(header, 24),
                                   .mark = get<std::uint64_t>(header, 32),
                                   .created = base::from_us(get<std::int64_t>(header, 40)),
                                   .floor = get<std::uint64_t>(header, 48)}};
}

void encode(const record& r, std::uint64_t mark, std::string& out) {
  const std::size_t begin = out.size();
  put(out, mark);
  put(out, std::uint32_t{0});
  put(out, static_cast<std::uint32_t>(r.payload.size()));
  put(out, r.number);
  put(out, r.batch_first);
  put(out, base::to_us(r.written));
  out += r.payload;
  const std::uint32_t crc = crc_around(std::string_view(out).substr(begin), record_crc_at);
  std::memcpy(out.data() + begin + record_crc_at, &crc, sizeof crc);
  out.resize(begin + record_bytes(r.payload.size()));
}

std::optional<record> decode_record(std::string_view bytes, std::uint64_t mark) {
  if (bytes.size() < record_header_bytes || get<std::uint64_t>(bytes, 0) != mark)
    return std::nullopt;
  const std::size_t payload_bytes = get<std::uint32_t>(bytes, 12);
  if (payload_bytes > append_bytes_max || payload_bytes > bytes.size() - record_header_bytes)
    return std::nullopt;
  bytes = bytes.substr(0, record_header_bytes + payload_bytes);
  if (get<std::uint32_t>(bytes, record_crc_at) != crc_around(bytes, record_crc_at))
    return std::nullopt;
  const record r{.number = get<std::uint64_t>(bytes, 16),
                 .batch_first = get<std::uint64_t>(bytes, 24),
                 .written = base::from_us(get<std::int64_t>(bytes, 32)),
                 .payload = bytes.substr(record_header_bytes)};
  if (r.number == 0 || r.batch_first == 0 || r.batch_first > r.number) return std::nullopt;
  return r;
}

scan_result scan(std::string_view segment, std::uint64_t mark, const record_visitor& each) {
  scan_result found;
  const auto following = [&](std::size_t at) -> std::optional<record> {
    if (at >= segment.size()) return std::nullopt;
    auto r = decode_record(segment.substr(at), mark);
    return r && (found.records == 0 || r->number == found.last + 1) ? r : std::nullopt;
  };
  for (std::size_t at = block_bytes;;) {
    auto r = following(at);
    if (!r) {
      // Not in this batch; the next one begins at a block, with nothing but zeros before it.
      const std::size_t block = std::min(next_block(at), segment.size());
      if (block == at || !all_zero(segment.substr(std::min(at, block), block - at))) break;
      at = block;
      if (!(r = following(at))) break;
    }
    if (each) each(*r);
    if (found.records++ == 0) found.first = r->number;
    found.last = r->number;
    found.newest = std::max(found.newest, r->written);
    found.end = at += record_bytes(r->payload.size());
  }
  if (found.end < segment.size()) {
    const auto last = segment.find_last_not_of('\0');
    if (last != std::string_view::npos && last >= found.end)
      found.rest_bytes = last + 1 - found.end;
  }
  if (found.rest_bytes > 0) {
    scan_everything(segment, mark, [&](const record& r) {
      if (static_cast<std::size_t>(r.payload.data() - segment.data()) < found.end) return;
      found.rest_batch_max = std::max(found.rest_batch_max, r.batch_first);
    });
  }
  return found;
}

void scan_everything(std::string_view segment, std::uint64_t mark, const record_visitor& each) {
  for (std::size_t at = block_bytes; at + record_header_bytes <= segment.size();) {
    const auto r = decode_record(segment.substr(at), mark);
    if (r) each(*r);
    at += r ? record_bytes(r->payload.size()) : record_alignment;
  }
}

}  // namespace varde::vault
