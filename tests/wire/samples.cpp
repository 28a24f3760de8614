// The message every test starts from.
#include "wire/samples.hpp"

#include <fmt/format.h>

namespace varde::wire {

std::string sample_message(std::string_view body, std::string_view headers, std::string_view branch,
                           std::string_view protocol) {
  return fmt::format(
      "MESSAGE sip:varde@192.0.2.1 SIP/2.0\r\n"
      "Via: SIP/2.0/{} 192.0.2.7:5060;branch={};rport\r\n"
      "From: <sip:26001@192.0.2.7>;tag=a1\r\n"
      "To: <sip:varde@192.0.2.1>\r\n"
      "Call-ID: call-1@192.0.2.7\r\n"
      "CSeq: 1 MESSAGE\r\n"
      "Contact: <sip:26001@192.0.2.7:5062>\r\n"
      "{}Content-Type: application/scaip+xml\r\n"
      "Content-Length: {}\r\n\r\n{}",
      protocol, branch, headers, body.size(), body);
}

}  // namespace varde::wire
