// The replaced operators; the default array and nothrow forms call these.
#include "supervision/count_allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t allocated = 0;
}  // namespace

std::size_t varde::test::allocations() { return allocated; }

void* operator new(std::size_t bytes) {
  ++allocated;
  if (void* made = std::malloc(bytes)) return made;
  throw std::bad_alloc{};
}
void operator delete(void* gone) noexcept { std::free(gone); }
void operator delete(void* gone, std::size_t) noexcept { std::free(gone); }
