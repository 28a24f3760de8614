// `varde policy import` and `varde policy show`: a municipality's policy, or the defaults that all
// share, by themselves, without the rest of the registry.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::server {

struct policy_import_request {
  std::string file;
  std::string municipality;  // "centre" for the shared defaults; empty: the only one there is
  redis::endpoint where;
  bool check_only = false;  // nothing is written
};

/// Puts the policy in the place of the one that is there, as a new version of the set with the rest
/// unchanged. The exit status: 0 imported (or, checked only, good), 1 something is wrong in the
/// file or there is no such municipality, 2 it could not be done now. Every problem is one line on
/// `errors`. Blocks.
[[nodiscard]] int run_policy_import(const policy_import_request& request, std::ostream& out,
                                    std::ostream& errors);

struct policy_show_request {
  std::string municipality;  // as above
  redis::endpoint where;
  std::uint64_t version = 0;  // 0: the newest; else one of those that are kept
  bool effective = false;     // with the shared defaults under it, as it counts
};

/// The policy as a file that could be imported on `out`, and which one it is on `errors`. The exit
/// status: 0, 1 there is no such municipality or version, 2 it could not be read now. Blocks.
[[nodiscard]] int run_policy_show(const policy_show_request& request, std::ostream& out,
                                  std::ostream& errors);

}  // namespace varde::server
