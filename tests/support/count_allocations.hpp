// Counts what a thread allocates, by replacing the global operator new of the test program. To be
// included in one file of a program only, since it defines the operators.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace varde::test {

namespace detail {
thread_local std::size_t allocated = 0;
}

/// Allocations of the calling thread since it began.
[[nodiscard]] inline std::size_t allocations() { return detail::allocated; }

}  // namespace varde::test

void* operator new(std::size_t bytes) {
  ++varde::test::detail::allocated;
  if (void* made = std::malloc(bytes)) return made;
  throw std::bad_alloc{};
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++varde::test::detail::allocated;
  return std::malloc(bytes);
}
void operator delete(void* gone) noexcept { std::free(gone); }
void operator delete(void* gone, std::size_t) noexcept { std::free(gone); }
