// `varde policy replay`: what would have been different under another policy.
#pragma once

#include <iosfwd>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::server {

struct policy_replay_request {
  std::string from;  // a day, "2026-11-01", by Norwegian clocks
  std::string to;    // the last day; empty: until now
  std::string file;  // the policy to try
  std::string municipality;
  redis::endpoint where;
};

/// Reads the recorded ledger, decides each signal under the policy in force and under that of the
/// file, and prints what differs. Never writes anything but to `out` and `errors`. The exit status:
/// 0 compared, 1 something is wrong in the file or the request, 2 it could not be read now. Blocks.
[[nodiscard]] int run_policy_replay(const policy_replay_request& request, std::ostream& out,
                                    std::ostream& errors);

}  // namespace varde::server
