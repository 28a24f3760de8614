// Counting frames: of every form of length, however the bytes are cut.
#include "frame_counter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using varde::load::frame_counter;

std::string frame_of(std::size_t length) {
  std::string out = "\x81";
  const auto append = [&out](std::size_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
  };
  if (length < 126) {
    append(length, 1);
  } else if (length < 65'536) {
    out += 126;
    append(length, 2);
  } else {
    out += 127;
    append(length, 8);
  }
  return out + std::string(length, 'x');
}

TEST(a_frame_counter, counts_frames_of_every_length_however_they_are_cut) {
  std::string stream;
  for (const std::size_t length : {0, 1, 125, 126, 65'535, 65'536, 70'000, 2})
    stream += frame_of(length);
  for (const std::size_t piece : {1, 2, 3, 1'000, 1'000'000}) {
    frame_counter counter;
    for (std::size_t at = 0; at < stream.size(); at += piece)
      counter.take(std::string_view{stream}.substr(at, piece));
    EXPECT_EQ(counter.frames(), 8u) << piece;
    EXPECT_EQ(counter.bytes(), stream.size());
  }
}

}  // namespace
