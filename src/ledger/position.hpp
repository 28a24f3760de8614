// A place in a municipality's ledger: the id of a stream entry. Positions of different
// municipalities can't be compared.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varde::ledger {

/// The default position is before the first entry.
struct position {
  std::uint64_t ms = 0;   // Redis's wall clock, milliseconds since the Unix epoch
  std::uint64_t seq = 0;  // within that millisecond

  friend auto operator<=>(const position&, const position&) = default;
};

/// "<ms>-<seq>", as Redis writes it.
[[nodiscard]] std::string to_string(position p);
/// nullopt if the text is not exactly that.
[[nodiscard]] std::optional<position> parse_position(std::string_view text);

}  // namespace varde::ledger
