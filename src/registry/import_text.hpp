// Small questions about texts that several checks of an import ask.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace varde::registry {

inline constexpr std::size_t id_characters_max = 40;
inline constexpr std::size_t birth_number_digits = 11;

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Eleven digits, also with the separators that people write them with.
[[nodiscard]] constexpr bool is_like_birth_number(std::string_view id) {
  std::size_t digits = 0;
  for (const char c : id) {
    if (is_digit(c))
      ++digits;
    else if (c != '-' && c != '_')
      return false;
  }
  return digits == birth_number_digits;
}

/// An id as it may be shown in a message.
[[nodiscard]] inline std::string shown(std::string_view id) {
  return is_like_birth_number(id) ? "(a birth number)" : fmt::format("\"{}\"", id);
}

/// "22:00"
[[nodiscard]] constexpr bool is_time_of_day(std::string_view text) {
  return text.size() == 5 && is_digit(text[0]) && is_digit(text[1]) && text[2] == ':' &&
         is_digit(text[3]) && is_digit(text[4]) && text.substr(0, 2) < "24" && text[3] < '6';
}

}  // namespace varde::registry
