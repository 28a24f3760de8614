// Any text as <mrq> and <mrs>: read or refused; what is read makes a signal that protobuf takes,
// and an answer that reads as it was written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/scaip.hpp"

using namespace varde;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view xml{reinterpret_cast<const char*>(data), size};
  if (const auto reading = wire::parse_mrq(xml)) {
    const auto signal = wire::to_signal(reading->request, base::from_us(1), "192.0.2.7");
    alarm::v1::Signal again;  // refuses text that is not UTF-8
    if (!again.ParseFromString(signal.SerializeAsString())) std::abort();
    if (reading->problem == wire::scaip_status::ok) {
      const auto answer =
          wire::answer_for(reading->request, alarm::verdict::received, "+4755550199");
      const auto read = wire::parse_mrs(wire::format_mrs(answer));
      if (!read || read->ref != reading->request.ref || read->media != answer.media) std::abort();
    }
  }
  if (const auto answer = wire::parse_mrs(xml)) {
    if (!wire::parse_mrs(wire::format_mrs(*answer))) std::abort();
  }
  return 0;
}
