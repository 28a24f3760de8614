// The wire format of Protocol Buffers, as much of it as walking over a message takes:
// https://protobuf.dev/programming-guides/encoding/. The serializer writes fields in the order of
// their numbers, so a search ends at the first higher one.
#include "registry/packed.hpp"

#include <google/protobuf/io/coded_stream.h>

namespace varde::registry {

namespace {

enum class wire_type : std::uint8_t { varint = 0, fixed_64 = 1, counted = 2, fixed_32 = 5 };

/// Ten groups of seven bits hold 64.
constexpr unsigned varint_shift_max = 63;

}  // namespace

inline bool field_reader::read_varint(std::uint64_t& value) {
  // Tags and sizes are nearly always one byte.
  if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {
    value = static_cast<std::uint8_t>(*at_++);
    return true;
  }
  value = 0;
  for (unsigned shift = 0; at_ != end_ && shift <= varint_shift_max; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at_++);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

inline bool field_reader::skip(std::uint64_t bytes) {
  if (bytes > static_cast<std::uint64_t>(end_ - at_)) return false;
  at_ += bytes;
  return true;
}

bool field_reader::next() {
  if (at_ == end_) return false;
  begin_ = at_;
  bytes_ = {};
  number_ = 0;
  std::uint64_t tag = 0;
  if (!read_varint(tag)) return false;
  field_ = static_cast<std::uint32_t>(tag >> 3);
  switch (static_cast<wire_type>(tag & 7)) {
    case wire_type::varint:
      return read_varint(number_);
    case wire_type::fixed_64:
      return skip(8);
    case wire_type::fixed_32:
      return skip(4);
    case wire_type::counted: {
      std::uint64_t size = 0;
      if (!read_varint(size)) return false;
      const auto* from = at_;
      if (!skip(size)) return false;
      bytes_ = {from, size};
      return true;
    }
  }
  return false;
}

std::string_view text_in(std::string_view message, int field) {
  const auto wanted = static_cast<std::uint32_t>(field);
  for (field_reader at{message}; at.next() && at.field() <= wanted;)
    if (at.field() == wanted) return at.bytes();
  return {};
}

std::uint64_t number_in(std::string_view message, int field) {
  const auto wanted = static_cast<std::uint32_t>(field);
  for (field_reader at{message}; at.next() && at.field() <= wanted;)
    if (at.field() == wanted) return at.number();
  return 0;
}

std::string_view packed_message::bytes() const {
  std::uint32_t size = 0;
  const auto* at = at_;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    size |= std::uint32_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return {at, size};
  }
}

std::string_view packed_message::text(int field) const { return text_in(bytes(), field); }
std::uint64_t packed_message::number(int field) const { return number_in(bytes(), field); }

bool packed_list::add(const google::protobuf::MessageLite& message) {
  using google::protobuf::io::CodedOutputStream;
  const auto size = message.ByteSizeLong();
  if (size > bytes_max) return false;
  const auto size_32 = static_cast<std::uint32_t>(size);
  const auto begin = bytes_.size();
  const auto total = begin + CodedOutputStream::VarintSize32(size_32) + size;
  if (total > bytes_max) return false;
  bytes_.resize(total);
  auto* to = reinterpret_cast<std::uint8_t*>(bytes_.data() + begin);
  to = CodedOutputStream::WriteVarint32ToArray(size_32, to);
  message.SerializeWithCachedSizesToArray(to);
  begins_.push_back(static_cast<std::uint32_t>(begin));
  return true;
}

void packed_list::shrink_to_fit() {
  bytes_.shrink_to_fit();
  begins_.shrink_to_fit();
}

}  // namespace varde::registry
