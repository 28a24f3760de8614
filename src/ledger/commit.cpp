// Entries as bytes.
#include "ledger/commit.hpp"

namespace varde::ledger {

std::vector<std::string> serialize(const std::vector<alarm::v1::Entry>& entries) {
  std::vector<std::string> bytes;
  bytes.reserve(entries.size());
  for (const auto& entry : entries) bytes.push_back(entry.SerializeAsString());
  return bytes;
}

const std::vector<std::string>& bytes_of(const commit& c, std::vector<std::string>& made) {
  if (!c.bytes.empty()) return c.bytes;
  return made = serialize(c.entries);
}

}  // namespace varde::ledger
