// `varde restore`: brings a backup back into an empty Redis, and has the result verified.
#pragma once

#include <iosfwd>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::server {

struct restore_request {
  redis::endpoint where;  // must hold no key of a Varde, and no node may run on it
  std::string file;
};

/// The whole file is read and checked before anything is written. Entries keep their ids and
/// versions; subjects' places and newest hashes are made anew. Who was signed in is not restored.
/// The exit status: 0 restored and whole, 1 restored, but what was copied has flaws, 2 not restored
/// (or not all of it, if the sentence says so). Blocks.
[[nodiscard]] int run_restore(const restore_request& request, std::ostream& out,
                              std::ostream& errors);

}  // namespace varde::server
