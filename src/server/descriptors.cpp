// One getrlimit, one setrlimit.
#include "server/descriptors.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>

#include "http/limits.hpp"

namespace varde::server {

namespace {

/// Listeners, Redis, vault, log, event descriptors, and a few to spare.
constexpr std::uint64_t own_files = 256;

}  // namespace

std::uint64_t descriptors_needed(const config& c) {
  const auto devices = static_cast<std::uint64_t>(c.edge.connections_max) *
                       static_cast<std::uint64_t>(c.edge.threads);
  return devices + http::limits{}.connections_max + own_files;
}

std::uint64_t raise_descriptors(const config& c) {
  rlimit held{};
  if (getrlimit(RLIMIT_NOFILE, &held) != 0) return 0;
  const auto needed = descriptors_needed(c);
  const rlim_t wanted =
      std::min({needed, descriptors_max, static_cast<std::uint64_t>(held.rlim_max)});
  if (wanted > held.rlim_cur) {
    const rlimit raised{wanted, held.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) held.rlim_cur = wanted;
  }
  if (held.rlim_cur < needed)
    spdlog::warn(
        "this process may open {} files and sockets; edge.connections_max and the consoles could "
        "use {}. Raise the service's limit (LimitNOFILE) if so many devices are to come",
        held.rlim_cur, needed);
  return held.rlim_cur;
}

}  // namespace varde::server
