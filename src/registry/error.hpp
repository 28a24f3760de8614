// What can go wrong in this room, as values.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>

namespace varde::registry {

enum class error : std::uint8_t {
  password_too_short = 1,  ///< fewer than password_characters_min characters
  password_too_long,       ///< more than password_characters_max characters
  password_not_utf8,       ///< not text
  password_common,         ///< among the commonest passwords, or the user's own name
  out_of_memory,           ///< the memory one password hash needs is not there
  store_unreachable,       ///< Redis does not answer
  store_damaged,           ///< what Redis holds is not what was written there
  changed_meanwhile,       ///< somebody else changed the registry during the import; try again
  duplicate_wire_id,       ///< another municipality has a device that calls itself the same
};

[[nodiscard]] const boost::system::error_category& category();
[[nodiscard]] inline boost::system::error_code make_error_code(error e) {
  return {static_cast<int>(e), category()};
}

}  // namespace varde::registry

template <>
struct boost::system::is_error_code_enum<varde::registry::error> : std::true_type {};
