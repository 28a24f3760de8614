// `varde ledger verify`: reads whole ledgers, and vaults if there are any, and says in plain
// sentences whether the promise was kept.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "redis/endpoint.hpp"

namespace varde::server {

struct verify_request {
  redis::endpoint where;
  std::vector<std::vector<std::string>> vaults;  // each with all its directories
  std::string municipality;                      // empty: all
  bool json = false;
};

/// Flaws that are shown; all are counted.
inline constexpr std::size_t flaws_shown_max = 1'000;

/// The exit status: 0 everything is whole, 1 there are flaws, 2 it could not be read, with a
/// sentence on `errors`. Blocks; nodes may go on writing meanwhile.
[[nodiscard]] int run_verify(const verify_request& request, std::ostream& out,
                             std::ostream& errors);

}  // namespace varde::server
