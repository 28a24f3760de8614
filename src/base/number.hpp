// A number from its decimal text, as protocols and Redis's replies have it.
#pragma once

#include <charconv>
#include <string_view>

namespace varde::base {

/// False if the whole text is not such a number; `into` may have changed then all the same.
template <class Number>
[[nodiscard]] bool read_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace varde::base
