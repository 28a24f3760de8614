// An entry between its bytes in the stream and its message, and the shape in which Redis hands over
// what was committed together.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

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

/// One element of a ledger's stream as Redis gives it: a batch, or, as libraries before the fourth
/// wrote them, one entry. The views point into the reply.
struct stream_element {
  position at;
  bool is_batch = false;
  std::string_view bytes;                 // of the batch, or of the one entry
  std::vector<std::string_view> entries;  // in it, in their order
  std::string_view before;                // of a batch: its subjects' places, a line each
  std::string_view hash;
};

/// From one element of XRANGE's or XREAD's reply; nullopt if it is not of that shape.
[[nodiscard]] std::optional<stream_element> to_stream_element(const redis::reply& element);

}  // namespace varde::ledger
