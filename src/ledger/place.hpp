// Where a subject's newest entries are: what the hash of places says of each subject, and each line
// of an element's `p` of one of its subjects before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/position.hpp"

namespace varde::ledger {

/// In an element of the stream, or nowhere: then the version is 0, or all entries up to it are in
/// the subject's list.
struct place {
  struct in_element {
    std::uint64_t line = 0;  // of the element's `p`, from 1: where the subject was before
    position at;

    friend bool operator==(const in_element&, const in_element&) = default;
  };
  std::uint64_t version = 0;
  std::optional<in_element> in = std::nullopt;

  friend bool operator==(const place&, const place&) = default;
};

/// "<version> <line> <id>", or "<version> ".
[[nodiscard]] std::string to_string(const place& p);
/// nullopt if the text is not exactly that.
[[nodiscard]] std::optional<place> parse_place(std::string_view text);

}  // namespace varde::ledger
