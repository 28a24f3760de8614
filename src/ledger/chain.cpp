// Three rules, as the libraries had them: a hash covers the digest of the batch it stands with; or
// the digests of all entries since the hash before it; or the bytes of the one entry it stands
// with.
#include "ledger/chain.hpp"

#include "base/hash.hpp"
#include "ledger/entry.hpp"

namespace varde::ledger {

bool chain::follows(const stream_element& element) {
  return element.is_batch ? batch_follows(element) : entry_follows(element);
}

bool chain::batch_follows(const stream_element& batch) {
  const bool right =
      digests_.empty() && batch.hash == base::sha1_hex(hash_ + base::sha1_hex(batch.bytes));
  hash_ = batch.hash;
  digests_.clear();
  return right;
}

bool chain::entry_follows(const stream_element& entry) {
  const bool stands_alone = digests_.empty();
  const auto digest = base::sha1(entry.bytes);
  digests_.append(digest.begin(), digest.end());
  if (entry.hash.empty()) return true;
  const bool right =
      entry.hash == base::sha1_hex(hash_ + digests_) ||
      (stands_alone && entry.hash == base::sha1_hex(hash_ + std::string{entry.bytes}));
  hash_ = entry.hash;
  digests_.clear();
  return right;
}

}  // namespace varde::ledger
