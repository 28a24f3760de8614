// Two readers of a SIP header block: osip, which takes all that SIP allows, and a quick one for the
// plain form that nearly every message of a device has. Where the quick one reads a block it reads
// what osip does: the fuzzer of SIP compares them. Private to this room.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "wire/sip.hpp"

namespace varde::wire {

/// A message without its body, of sip_parts::head. Errors: malformed_message.
[[nodiscard]] base::result<sip_message> read_head_by_osip(std::string_view head);
/// The same if every line has the plain form; nullopt for all else, be it good or bad SIP.
[[nodiscard]] std::optional<sip_message> read_plain_head(std::string_view head);

}  // namespace varde::wire
