// Text from devices made fit for the rest of the house: valid UTF-8, no control characters,
// bounded. Some devices write ISO-8859-1 whatever they declare, and protobuf refuses strings that
// are not UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace varde::wire {

/// `text` as UTF-8 without leading and trailing blanks: read as ISO-8859-1 if it is not UTF-8
/// already, each control character made a space, cut at `characters_max` code points.
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t characters_max);

/// Without leading and trailing spaces, tabs and line ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// ASCII letters compared without case.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace varde::wire
