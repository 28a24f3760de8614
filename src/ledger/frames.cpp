// One byte of tag and a varint of the size stand before each entry.
#include "ledger/frames.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <cstdint>

#include "varde/ledger/v1/batch.pb.h"

namespace varde::ledger {

namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr std::uint8_t tag_of(int field) {
  return google::protobuf::internal::WireFormatLite::MakeTag(
      field, google::protobuf::internal::WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

constexpr std::uint8_t entry_tag = tag_of(v1::Batch::kEntriesFieldNumber);

}  // namespace

void append_entry(std::string& batch, std::string_view entry) {
  append_entry(batch, v1::Batch::kEntriesFieldNumber, entry);
}

void append_entry(std::string& message, int field, std::string_view entry) {
  std::array<std::uint8_t, entry_head_bytes_max> head{tag_of(field)};
  const auto* end = CodedOutputStream::WriteVarint32ToArray(
      static_cast<std::uint32_t>(entry.size()), head.data() + 1);
  message.append(reinterpret_cast<const char*>(head.data()), end - head.data()).append(entry);
}

std::optional<std::vector<std::string_view>> entries_in(std::string_view batch) {
  std::vector<std::string_view> found;
  CodedInputStream in{reinterpret_cast<const std::uint8_t*>(batch.data()),
                      static_cast<int>(batch.size())};
  while (const auto tag = in.ReadTag()) {
    std::uint32_t size = 0;
    if (tag != entry_tag || !in.ReadVarint32(&size)) return std::nullopt;
    const auto at = static_cast<std::size_t>(in.CurrentPosition());
    if (size > batch.size() - at || !in.Skip(static_cast<int>(size))) return std::nullopt;
    found.push_back(batch.substr(at, size));
  }
  if (static_cast<std::size_t>(in.CurrentPosition()) != batch.size()) return std::nullopt;
  return found;
}

}  // namespace varde::ledger
