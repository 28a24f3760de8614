// Small questions about texts that several checks of an import ask.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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

/// "2027-01-31", a day that the calendar has.
[[nodiscard]] constexpr bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [text](std::size_t from, std::size_t size) {
    int n = 0;
    for (const char c : text.substr(from, size)) n = is_digit(c) && n >= 0 ? n * 10 + c - '0' : -1;
    return n;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  return year > 0 && month > 0 && day > 0 &&
         std::chrono::year_month_day{std::chrono::year{year},
                                     std::chrono::month{static_cast<unsigned>(month)},
                                     std::chrono::day{static_cast<unsigned>(day)}}
             .ok();
}

}  // namespace varde::registry
