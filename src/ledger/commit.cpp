// Entries as bytes.
#include "ledger/commit.hpp"

namespace varde::ledger {

void serialize(commit& c) {
  for (std::size_t i = c.bytes.size(); i < c.entries.size(); ++i)
    c.bytes.push_back(c.entries[i].SerializeAsString());
}

const std::vector<std::string>& bytes_of(const commit& c, std::vector<std::string>& made) {
  if (!c.bytes.empty()) return c.bytes;
  for (const auto& entry : c.entries) made.push_back(entry.SerializeAsString());
  return made;
}

}  // namespace varde::ledger
