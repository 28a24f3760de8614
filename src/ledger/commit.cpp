// Entries as bytes.
#include "ledger/commit.hpp"

namespace varde::ledger {

std::vector<std::string> serialize(const std::vector<alarm::v1::Entry>& entries) {
  std::vector<std::string> bytes;
  bytes.reserve(entries.size());
  for (const auto& entry : entries) bytes.push_back(entry.SerializeAsString());
  return bytes;
}

}  // namespace varde::ledger
