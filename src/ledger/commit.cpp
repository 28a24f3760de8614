// Entries as bytes.
#include "ledger/commit.hpp"

#include <utility>

#include "ledger/entry.hpp"

namespace varde::ledger {

void commit::add(const alarm::v1::Entry& entry) {
  // A ledger with a wrong version or name in it could not be folded again.
  if (entry.format() != entry_format || entry.municipality() != municipality ||
      entry.subject() != subject || entry.version() != version() + 1)
    contradictory = true;
  entries.push_back(entry.SerializeAsString());
}

commit to_commit(std::string municipality, std::string subject, std::uint64_t expected_version,
                 std::span<const alarm::v1::Entry> entries) {
  commit made{std::move(municipality), std::move(subject), expected_version};
  for (const auto& entry : entries) made.add(entry);
  return made;
}

}  // namespace varde::ledger
