// Messages as device 26001 at 192.0.2.7 sends them, for the tests of this room.
#pragma once

#include <string>
#include <string_view>

namespace varde::wire {

/// A MESSAGE with `body`; `headers` are whole lines put before Content-Type.
[[nodiscard]] std::string sample_message(std::string_view body, std::string_view headers = {},
                                         std::string_view branch = "z9hG4bK1",
                                         std::string_view protocol = "UDP");

}  // namespace varde::wire
