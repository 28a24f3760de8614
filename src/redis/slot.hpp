// Which of a cluster's 16,384 slots a key belongs to.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
#pragma once

#include <cstdint>
#include <string_view>

namespace varde::redis {

inline constexpr std::uint16_t slot_count = 16'384;

/// CRC-16/XMODEM of the key, or of its hash tag: what stands between the first "{" and the next
/// "}", if that is not empty.
[[nodiscard]] std::uint16_t slot_of(std::string_view key) noexcept;

}  // namespace varde::redis
