// Whether bytes are text, as the registry takes it in and as Protocol Buffers demand it.
#pragma once

#include <string_view>

namespace varde::registry {

/// Well-formed UTF-8 without surrogates and overlong forms.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace varde::registry
