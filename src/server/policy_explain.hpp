// `varde policy explain`: what each rule of a policy does with one signal, and why.
#pragma once

#include <iosfwd>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::server {

struct policy_explain_request {
  std::string signal;  // a file: a Signal as JSON, or a SCAIP request
  std::string policy;  // a file to try; empty: the policy in force
  std::string at;      // Norwegian time of day today, "22:30"; empty: when the signal says, or now
  std::string municipality;
  redis::endpoint where;
};

/// Prints how the signal is read, each rule's part, and what comes of it for somebody about whom
/// nothing else is going on. Never writes anything but to `out` and `errors`. The exit status: 0, 1
/// something is wrong in a file or the request, 2 the registry can't be read now. Blocks.
[[nodiscard]] int run_policy_explain(const policy_explain_request& request, std::ostream& out,
                                     std::ostream& errors);

}  // namespace varde::server
