// Dwelling numbers of the Norwegian cadastre ("bolignummer"), decoded into what a helper in a
// stairwell needs: which part of the building, which floor, which door from the left. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace varde::registry {

/// The first letter: which run of floors the floor number counts in.
enum class building_part : std::uint8_t {
  main,    // H, hovedetasje: the ordinary floors, from 1
  under,   // U, underetasje: partly below ground
  cellar,  // K, kjeller
  loft,    // L, loft
};

struct dwelling {
  building_part part = building_part::main;
  unsigned floor = 0;  // 1…99 within its part
  unsigned door = 0;   // 1…99, counted from the left as one comes up the stairs

  friend bool operator==(const dwelling&, const dwelling&) = default;
};

/// "H0204" is the main part, floor 2, door 4. Exactly one of H, U, K, L and four digits, neither
/// pair "00"; anything else is nullopt.
[[nodiscard]] std::optional<dwelling> decode_dwelling(std::string_view number);

/// "main", "under", "cellar", "loft".
[[nodiscard]] std::string_view to_string(building_part part);

}  // namespace varde::registry
