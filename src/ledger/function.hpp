// The Redis Function library: its text and the names in it.
#pragma once

#include <string_view>

namespace varde::ledger {

/// For FUNCTION LOAD REPLACE. The same names always stand for the same text.
[[nodiscard]] std::string_view function_library() noexcept;

inline constexpr std::string_view commit_function = "varde_commit_v4";
inline constexpr std::string_view read_function = "varde_read_v4";

}  // namespace varde::ledger
