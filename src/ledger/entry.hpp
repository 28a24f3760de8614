// An entry between its bytes in the stream and its message, and the shape in which Redis hands over
// stream entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "ledger/position.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::redis {
struct reply;
}

namespace varde::ledger {

/// The newest entry format this node writes and reads.
inline constexpr std::uint32_t entry_format = 1;

/// Fails with unreadable_entry if the bytes are no entry or of a newer format.
[[nodiscard]] base::result<alarm::v1::Entry> parse_entry(std::string_view bytes);

/// One entry of a ledger stream as Redis gives it. The views point into the reply.
struct stream_entry {
  position at;
  std::string_view bytes;
  std::string_view hash;
};

/// From one element of XRANGE's or XREAD's reply; nullopt if it is not of that shape.
[[nodiscard]] std::optional<stream_entry> to_stream_entry(const redis::reply& element);

}  // namespace varde::ledger
