// What can go wrong in the vault, as values. None of them says that a record is lost: an append
// that ends with an error was not promised to anybody.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace varde::vault {

enum class errc {
  /// No directory took the write. The records may or may not be found by the next recovery.
  failed = 1,
  /// `bytes_max` is reached and nothing old is confirmed, or the disk is full.
  full,
  /// More than `waiting_bytes_max` waits to be written; nothing of this append was kept.
  overloaded,
  /// The append is bigger than `append_bytes_max`; it can never be written.
  too_large,
  /// Another process uses one of the directories.
  in_use,
  /// None of the directories can be made or opened. The log says which and why.
  no_directory,
  /// A segment was written by a newer Varde than this one.
  unknown_format,
  /// A segment could not be read while its records were asked for.
  unreadable,
};

const boost::system::error_category& category() noexcept;

inline base::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), category()};
}

}  // namespace varde::vault

template <>
struct boost::system::is_error_code_enum<varde::vault::errc> : std::true_type {};
