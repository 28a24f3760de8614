// Comparing version numbers of Redis, to refuse one without the fixes that we rely on.
#pragma once

#include <string_view>

namespace varde::redis {

/// True if "a.b.c" is not older than `least`. Text that is no version is older than any.
[[nodiscard]] bool is_at_least(std::string_view version, std::string_view least) noexcept;

}  // namespace varde::redis
