// Any bytes as a SIP stream, in pieces whose sizes the input chooses: the same messages must come
// out as when they arrive at once, and none over the limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/sip_stream.hpp"

namespace {

using namespace varde;

struct reading {
  std::vector<std::string> items;
  bool failed = false;
  friend bool operator==(const reading&, const reading&) = default;
};

reading read(std::string_view bytes, std::size_t piece) {
  wire::sip_stream stream;
  reading out;
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    stream.feed(part);
    for (;;) {
      const auto item = stream.next();
      if (!item) {
        (void)stream.header();
        out.failed = true;
        return out;
      }
      if (!*item) break;
      if ((*item)->message.size() > wire::sip_message_bytes_max) std::abort();
      out.items.emplace_back((*item)->is_ping ? "ping" : (*item)->message);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = std::size_t{1} + data[0];
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  if (read(bytes, piece) != read(bytes, bytes.size())) std::abort();
  return 0;
}
