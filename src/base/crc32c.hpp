// CRC-32C (Castagnoli), the checksum of what is kept on disk. By the processor's own instruction
// where there is one, by a table elsewhere; both give the same value.
#pragma once

#include <cstdint>
#include <string_view>

namespace varde::base {

/// CRC-32C of `bytes` as in RFC 3720, appendix B.4. `before` is the value of the bytes that came
/// before these, so that crc32c(b, crc32c(a)) is that of a and b together.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;

/// The same without the processor's instruction: what runs where there is none, and what tests
/// compare with.
[[nodiscard]] std::uint32_t crc32c_by_table(std::string_view bytes,
                                            std::uint32_t before = 0) noexcept;

}  // namespace varde::base
