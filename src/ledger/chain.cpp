// Two rules: a hash covers the digests of all entries since the one before it; or, as the ledger
// was written before its third function library, the bytes of the one entry it stands with.
#include "ledger/chain.hpp"

#include "base/hash.hpp"

namespace varde::ledger {

bool chain::follows(std::string_view entry, std::string_view hash) {
  const bool stands_alone = digests_.empty();
  digests_ += digest_of(entry);
  if (hash.empty()) return true;
  const bool right = hash == base::sha1_hex(hash_ + digests_) ||
                     (stands_alone && hash == base::sha1_hex(hash_ + std::string{entry}));
  hash_ = hash;
  digests_.clear();
  return right;
}

std::string digest_of(std::string_view entry) {
  const auto digest = base::sha1(entry);
  return {digest.begin(), digest.end()};
}

}  // namespace varde::ledger
