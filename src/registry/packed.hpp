// Messages kept as their serialized bytes, one after the other in one piece of memory, and single
// fields of them read where they lie. A parsed message of the registry is dozens of small strings
// on the heap; here it is its text and four bytes.
#pragma once

#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace varde::registry {

/// Walks the fields of one serialized message. Bytes that are no message end the walk.
class field_reader {
 public:
  explicit field_reader(std::string_view message)
      : at_{message.data()}, end_{message.data() + message.size()} {}

  /// Goes to the next field; false if there is none, or none that is whole.
  bool next();
  /// Nothing is left, not even a piece of a field.
  [[nodiscard]] bool at_end() const { return at_ == end_; }

  enum class wire_type : std::uint8_t { varint = 0, fixed_64 = 1, counted = 2, fixed_32 = 5 };

  /// Of the field that it stands at:
  [[nodiscard]] wire_type type() const { return type_; }
  [[nodiscard]] std::uint32_t field() const { return field_; }
  /// A string, bytes or message; empty if it is a number.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// A varint; 0 if it is none.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// With its tag, as it stands in the message.
  [[nodiscard]] std::string_view whole() const {
    return {begin_, static_cast<std::size_t>(at_ - begin_)};
  }

 private:
  bool read_field();
  bool read_varint(std::uint64_t& value);
  bool skip(std::uint64_t bytes);

  const char* begin_ = nullptr;
  const char* at_;
  const char* end_;
  std::uint32_t field_ = 0;
  wire_type type_ = wire_type::varint;
  std::string_view bytes_;
  std::uint64_t number_ = 0;
};

/// One message of a packed_list, or none. As cheap as a pointer, and good as long as the list.
class packed_message {
 public:
  packed_message() = default;
  explicit packed_message(const char* at) : at_{at} {}

  explicit operator bool() const { return at_ != nullptr; }
  /// The same one, not an equal one.
  friend bool operator==(packed_message, packed_message) = default;

  [[nodiscard]] std::string_view bytes() const;
  /// The first field of that number; empty or 0 if there is none.
  [[nodiscard]] std::string_view text(int field) const;
  [[nodiscard]] std::uint64_t number(int field) const;

 private:
  const char* at_ = nullptr;  // at its length, a varint
};

/// The first field of that number in a serialized message whose fields are in order.
[[nodiscard]] std::string_view text_in(std::string_view message, int field);
[[nodiscard]] std::uint64_t number_in(std::string_view message, int field);

/// Messages of one type. Those that it gave out are good again only when the last was added.
class packed_list {
 public:
  /// Bytes in one list; its places are 32 bits wide.
  static constexpr std::size_t bytes_max = 0xffff'ffff;

  /// False if there is no more room.
  bool add(const google::protobuf::MessageLite& message);
  /// The same of a serialized message, given in one or two pieces.
  bool add(std::string_view head, std::string_view tail = {});
  void shrink_to_fit();

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(begins_.size()); }
  [[nodiscard]] packed_message operator[](std::uint32_t place) const { return at(begins_[place]); }
  /// Where its bytes begin, which is a shorter way to it than its place.
  [[nodiscard]] std::uint32_t begin_of(std::uint32_t place) const { return begins_[place]; }
  [[nodiscard]] packed_message at(std::uint32_t begin) const {
    return packed_message{bytes_.data() + begin};
  }
  /// The place of the one whose bytes begin there.
  [[nodiscard]] std::uint32_t place_of(std::uint32_t begin) const {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(begins_, begin) - begins_.begin());
  }

 private:
  /// Room for a message of that size behind its size; nullptr if there is no more.
  char* make_room(std::size_t size);

  std::string bytes_;
  std::vector<std::uint32_t> begins_;
};

}  // namespace varde::registry
