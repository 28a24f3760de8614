// What can go wrong in reading the ledger. Writing answers with `commit_status`; Redis's own errors
// pass through.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace varde::ledger {

enum class errc {
  /// Redis answered something that is not of the form our functions and streams have.
  unexpected_reply = 1,
  /// An entry's bytes are no Entry, or of a format this node does not know.
  unreadable_entry,
  /// A subject's place or list names what its stream does not hold.
  missing_entry,
  /// The snapshot's bytes can't be read or are of a format this node does not know.
  unreadable_snapshot,
};

const boost::system::error_category& category() noexcept;

inline base::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), category()};
}

}  // namespace varde::ledger

template <>
struct boost::system::is_error_code_enum<varde::ledger::errc> : std::true_type {};
