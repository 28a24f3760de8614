// Where a command goes in a cluster, told by its name and its keys. Knows the commands that Varde
// uses; any other is taken to have its key in the first place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/connection.hpp"

namespace varde::redis {

enum class route_kind : std::uint8_t {
  slot,           // to the master of one slot
  every_master,   // libraries, scripts, WAIT: to all
  any_master,     // no key, and the same everywhere
  several_slots,  // XREAD of streams that lie in several slots
  scan,           // SCAN: one master after the other
  begin,          // MULTI: what follows goes together
  end,            // EXEC, DISCARD
};

struct command_route {
  route_kind kind = route_kind::any_master;
  std::uint16_t slot = 0;  // for kind slot
};

[[nodiscard]] command_route route_of(std::span<const std::string_view> command);

/// An XREAD of streams in several slots, taken apart.
struct split_read {
  struct part {
    std::uint16_t slot;
    arguments command;  // XREAD of this slot's streams, which does not block
  };
  std::vector<part> parts;
  std::optional<std::uint64_t> block_ms;  // 0: without end
};
[[nodiscard]] split_read split(std::span<const std::string_view> xread);

/// A cursor of SCAN over all masters: which of them, and the cursor there. In text "master:cursor";
/// "0" begins at the first and says at the end that there are no more.
struct scan_cursor {
  std::size_t master = 0;
  std::string there = "0";
};
/// nullopt if it is none.
[[nodiscard]] std::optional<scan_cursor> parse_scan_cursor(std::string_view text);
/// What follows when the master has answered with `there`.
[[nodiscard]] std::string next_scan_cursor(std::size_t master, const std::string& there,
                                           std::size_t masters);

}  // namespace varde::redis
