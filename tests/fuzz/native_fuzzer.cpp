// Any bytes as a native stream, in pieces whose sizes the input chooses: the same frames as when
// they arrive at once, none over the limit, and every signal among them translated or refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/native.hpp"

namespace {

using namespace varde;

struct reading {
  std::vector<std::string> frames;
  bool failed = false;
  friend bool operator==(const reading&, const reading&) = default;
};

reading read(std::string_view bytes, std::size_t piece) {
  wire::native_framer framer;
  reading out;
  while (!bytes.empty()) {
    const std::string part{bytes.substr(0, piece)};
    bytes.remove_prefix(part.size());
    framer.feed(part);
    for (;;) {
      const auto frame = framer.next();
      if (!frame) {
        out.failed = true;
        return out;
      }
      if (!*frame) break;
      if ((*frame)->size() > wire::native_frame_bytes_max) std::abort();
      out.frames.emplace_back(**frame);
    }
  }
  return out;
}

void translate(const std::string& frame) {
  const auto message = wire::parse_from_device(frame);
  if (!message || !message->has_signal()) return;
  const auto signal = wire::to_signal(message->signal(), "device", base::from_us(1), "192.0.2.7");
  alarm::v1::Signal again;
  if (signal && !again.ParseFromString(signal->SerializeAsString())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = std::size_t{1} + data[0];
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = read(bytes, bytes.size());
  if (read(bytes, piece) != whole) std::abort();
  for (const auto& frame : whole.frames) translate(frame);
  return 0;
}
