// Which keys a backup copies as they are, which it copies as ledgers, and which it leaves out. One
// place, so that copying, restoring and the pages that describe them agree.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace varde::server {

class blocking_store;

struct keys_to_copy {
  std::vector<std::string> municipalities;  // whose ledgers are copied; sorted
  std::vector<std::string> others;          // keys that are copied as they are; sorted
};

/// What Redis holds now. Known names are asked for besides those that it lists, since one node of a
/// cluster lists only its own.
[[nodiscard]] base::result<keys_to_copy> find_keys_to_copy(blocking_store& store);

}  // namespace varde::server
