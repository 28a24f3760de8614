// Three numbers, compared in order; what follows them ("-rc1") is ignored.
#include "redis/version.hpp"

#include <array>
#include <charconv>
#include <system_error>

namespace varde::redis {

namespace {

std::array<unsigned, 3> numbers_of(std::string_view version) noexcept {
  std::array<unsigned, 3> numbers{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (auto& number : numbers) {
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || rest == end || *rest != '.') break;
    at = rest + 1;
  }
  return numbers;
}

}  // namespace

bool is_at_least(std::string_view version, std::string_view least) noexcept {
  return numbers_of(version) >= numbers_of(least);
}

}  // namespace varde::redis
