// Any bytes as a Redis server's replies, in pieces of any size: no crash, no leak, no reply beyond
// its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "redis/resp.hpp"

namespace {

constexpr varde::redis::parser_limits limits{.bytes_max = 1024, .elements_max = 64};

std::size_t elements_of(const varde::redis::reply& r) {
  std::size_t count = r.elements.size();
  for (const auto& element : r.elements) count += elements_of(element);
  return count;
}

}  // namespace

/// The first byte says how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  varde::redis::reply_parser parser(limits);
  varde::redis::reply next;
  while (!bytes.empty()) {
    if (!parser.feed(bytes.substr(0, piece))) return 0;
    bytes.remove_prefix(bytes.size() < piece ? bytes.size() : piece);
    auto outcome = parser.next(next);
    for (; outcome == varde::redis::reply_parser::outcome::complete; outcome = parser.next(next))
      if (next.text.size() > limits.bytes_max || elements_of(next) > limits.elements_max)
        std::abort();
    if (outcome == varde::redis::reply_parser::outcome::malformed) return 0;
  }
  return 0;
}
