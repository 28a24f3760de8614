// `varde account`: makes or changes the account of somebody who signs in. This is how a centre gets
// its first people, since no account and no password comes with the server.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "redis/endpoint.hpp"

namespace varde::server {

struct account_request {
  redis::endpoint where;
  std::string user;
  std::string name;
  std::string
      role;  // "operator", "responder", "municipality_administrator", "centre_administrator"
  std::vector<std::string> municipalities;
  std::vector<std::string> teams;  // "<municipality>/<team>"
  bool totp = false;               // enrol a second factor, anew if there is one
  bool disable = false;            // ends what they have open; the rest stays as it is
};

/// Reads the password from the first line of `in`, so that it is in no process list and no shell
/// history; empty keeps the one there is. A running server takes the change over at once. The exit
/// status: 0 done, 1 refused with a line on `errors`, 2 Redis could not be asked.
[[nodiscard]] int run_account(const account_request& request, std::istream& in, std::ostream& out,
                              std::ostream& errors);

}  // namespace varde::server
