// One wish to the ledger and its answer: append these entries if the subject is still at the
// version I decided from, and if what gives me the right to is still as I know it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "varde/alarm/v1/entry.pb.h"

namespace varde::ledger {

/// A second condition on a commit: this subject of the same municipality has exactly this version.
/// A lease is one: its holder's commits are refused as soon as another node has taken it.
struct guard {
  std::string subject;
  std::uint64_t version = 0;
};

/// Entries carry versions expected_version + 1, + 2, …; all of them are appended, or none.
struct commit {
  std::string municipality;
  std::string subject;
  std::uint64_t expected_version = 0;
  /// The bytes of each: made once, and written in two places.
  std::vector<std::string> entries = {};
  std::optional<guard> guarded_by = std::nullopt;
  /// An entry was added that is not the subject's next: such a commit is never written.
  bool contradictory = false;

  void add(const alarm::v1::Entry& entry);
  /// The subject's, once it is committed.
  [[nodiscard]] std::uint64_t version() const { return expected_version + entries.size(); }
};

[[nodiscard]] commit to_commit(std::string municipality, std::string subject,
                               std::uint64_t expected_version,
                               std::span<const alarm::v1::Entry> entries);

enum class commit_status : std::uint8_t {
  committed,  // durable in Redis as its configuration says
  stale,      // nothing appended: the subject has another version
  fenced,     // nothing appended: the guard's subject has another version, whatever the subject's
  failed,     // Redis could not be asked or did not answer: whether it was appended is unknown
};

struct commit_result {
  commit_status status = commit_status::failed;
  std::uint64_t version = 0;  // the subject's version now; 0 when failed
  /// How many replicas had everything the answer rests on when the writer's limit was over; 0 when
  /// failed, when nobody asked, and when that answer was lost.
  std::uint32_t replicas = 0;
};

}  // namespace varde::ledger
