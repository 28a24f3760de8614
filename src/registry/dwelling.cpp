// The letter table and the two pairs of digits.
#include "registry/dwelling.hpp"

#include <algorithm>
#include <array>

namespace varde::registry {

namespace {

constexpr std::size_t dwelling_length = 5;

std::optional<building_part> part_of(char letter) {
  switch (letter) {
    case 'H':
      return building_part::main;
    case 'U':
      return building_part::under;
    case 'K':
      return building_part::cellar;
    case 'L':
      return building_part::loft;
    default:
      return std::nullopt;
  }
}

constexpr unsigned pair_of(char tens, char ones) {
  return static_cast<unsigned>(tens - '0') * 10 + static_cast<unsigned>(ones - '0');
}

}  // namespace

std::optional<dwelling> decode_dwelling(std::string_view number) {
  if (number.size() != dwelling_length) return std::nullopt;
  const auto part = part_of(number[0]);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!part || !std::ranges::all_of(number.substr(1), is_digit)) return std::nullopt;
  const dwelling found{*part, pair_of(number[1], number[2]), pair_of(number[3], number[4])};
  if (found.floor == 0 || found.door == 0) return std::nullopt;
  return found;
}

std::string_view to_string(building_part part) {
  constexpr std::array<std::string_view, 4> names{"main", "under", "cellar", "loft"};
  return names[static_cast<std::size_t>(part)];
}

}  // namespace varde::registry
