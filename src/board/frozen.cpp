// By an arena of protobuf's for each case; only the letters of longer texts lie elsewhere.
#include "board/frozen.hpp"

#include <google/protobuf/arena.h>

#include <cstddef>

namespace varde::board {

namespace {

/// Of the first block; the next ones are larger.
constexpr std::size_t block_bytes = 2'048;

google::protobuf::ArenaOptions few_blocks() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = block_bytes;
  return options;
}

struct frozen {
  google::protobuf::Arena arena{few_blocks()};
  alarm::v1::Case* of = google::protobuf::Arena::CreateMessage<alarm::v1::Case>(&arena);
};

}  // namespace

case_pointer freeze(const alarm::v1::Case& c) {
  const auto made = std::make_shared<frozen>();
  made->of->CopyFrom(c);
  return {made, made->of};
}

}  // namespace varde::board
