// Eight bytes at a time as long as they are ASCII, which most of a registry is.
#include "registry/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace varde::registry {

namespace {

constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;

bool next_eight_are_ascii(std::string_view rest) {
  std::uint64_t bytes = 0;
  if (rest.size() < sizeof bytes) return false;
  std::memcpy(&bytes, rest.data(), sizeof bytes);
  return (bytes & high_bits) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    if (next_eight_are_ascii(text.substr(i))) {
      i += sizeof high_bits;
      continue;
    }
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    if ((lead == 0xe0 && byte(i + 1) < 0xa0) || (lead == 0xed && byte(i + 1) >= 0xa0) ||
        (lead == 0xf0 && byte(i + 1) < 0x90) || (lead == 0xf4 && byte(i + 1) >= 0x90))
      return false;
    i += length;
  }
  return true;
}

}  // namespace varde::registry
