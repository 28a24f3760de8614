// Thousands of connections need as many descriptors; the shell's usual limit is far below.
#pragma once

#include <sys/resource.h>

namespace varde::load {

/// As many descriptors as this process may have.
inline void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace varde::load
