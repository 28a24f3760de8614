// Counts what a thread allocates, by replacing the global operator new of the test program.
#pragma once

#include <cstddef>

namespace varde::test {

/// Allocations of the calling thread since it began.
[[nodiscard]] std::size_t allocations();

}  // namespace varde::test
