// A ledger's chain of hashes, followed from its beginning: the same reckoning for whoever verifies
// a ledger and whoever copies one.
#pragma once

#include <string>
#include <string_view>

namespace varde::ledger {

struct stream_element;

class chain {
 public:
  /// The next element with the hash that stands with it, which is empty for an entry that is
  /// covered by the next hash. False if the hash does not follow; the chain goes on from it all the
  /// same.
  [[nodiscard]] bool follows(const stream_element& element);
  /// No entry since the newest hash.
  [[nodiscard]] bool is_closed() const { return digests_.empty(); }
  /// The newest; empty before the first.
  [[nodiscard]] const std::string& hash() const { return hash_; }

 private:
  [[nodiscard]] bool batch_follows(const stream_element& batch);
  [[nodiscard]] bool entry_follows(const stream_element& entry);

  std::string hash_;
  std::string digests_;  // of the entries since
};

}  // namespace varde::ledger
