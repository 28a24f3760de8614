// A ledger's chain of hashes, followed from its beginning: the same reckoning for whoever verifies
// a ledger and whoever copies one.
#pragma once

#include <string>
#include <string_view>

namespace varde::ledger {

class chain {
 public:
  /// The next entry with the hash that stands with it, which is empty for one that is covered by
  /// the next hash. False if the hash does not follow; the chain goes on from it all the same.
  [[nodiscard]] bool follows(std::string_view entry, std::string_view hash);
  /// No entry since the newest hash.
  [[nodiscard]] bool is_closed() const { return digests_.empty(); }
  /// The newest; empty before the first.
  [[nodiscard]] const std::string& hash() const { return hash_; }

 private:
  std::string hash_;
  std::string digests_;  // of the entries since
};

/// The SHA-1 of an entry as the chain takes it, 20 bytes.
[[nodiscard]] std::string digest_of(std::string_view entry);

}  // namespace varde::ledger
