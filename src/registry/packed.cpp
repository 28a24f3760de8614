// The wire format of Protocol Buffers, as much of it as walking over a message takes:
// https://protobuf.dev/programming-guides/encoding/. The serializer writes fields in the order of
// their numbers, so a search ends at the first higher one.
#include "registry/packed.hpp"

#include <google/protobuf/io/coded_stream.h>

namespace varde::registry {

namespace {

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

inline bool field_reader::read_field() {
  bytes_ = {};
  number_ = 0;
  std::uint64_t tag = 0;
  if (!read_varint(tag)) return false;
  field_ = static_cast<std::uint32_t>(tag >> 3);
  type_ = static_cast<wire_type>(tag & 7);
  switch (type_) {
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

bool field_reader::next() {
  if (at_ == end_) return false;
  begin_ = at_;
  if (read_field()) return true;
  at_ = begin_;  // what is cut off is not the end
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

char* packed_list::make_room(std::size_t size) {
  using google::protobuf::io::CodedOutputStream;
  if (size > bytes_max) return nullptr;
  const auto size_32 = static_cast<std::uint32_t>(size);
  const auto begin = bytes_.size();
  const auto before = CodedOutputStream::VarintSize32(size_32);
  if (begin + before + size > bytes_max) return nullptr;
  bytes_.resize(begin + before + size);
  begins_.push_back(static_cast<std::uint32_t>(begin));
  auto* at = reinterpret_cast<std::uint8_t*>(bytes_.data() + begin);
  return reinterpret_cast<char*>(CodedOutputStream::WriteVarint32ToArray(size_32, at));
}

bool packed_list::add(const google::protobuf::MessageLite& message) {
  auto* to = make_room(message.ByteSizeLong());
  if (to == nullptr) return false;
  message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(to));
  return true;
}

bool packed_list::add(std::string_view head, std::string_view tail) {
  auto* to = make_room(head.size() + tail.size());
  if (to == nullptr) return false;
  std::ranges::copy(tail, std::ranges::copy(head, to).out);
  return true;
}

void packed_list::shrink_to_fit() {
  bytes_.shrink_to_fit();
  begins_.shrink_to_fit();
}

}  // namespace varde::registry
