// One wish to the ledger and its answer: append these entries if the subject is still at the
// version I decided from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "varde/alarm/v1/entry.pb.h"

namespace varde::ledger {

/// Entries carry versions expected_version + 1, + 2, …; all of them are appended, or none.
struct commit {
  std::string municipality;
  std::string subject;
  std::uint64_t expected_version = 0;
  std::vector<alarm::v1::Entry> entries;
};

enum class commit_status : std::uint8_t {
  committed,  // durable in Redis as its configuration says
  stale,      // nothing appended: the subject has another version
  failed,     // Redis could not be asked or did not answer: whether it was appended is unknown
};

struct commit_result {
  commit_status status = commit_status::failed;
  std::uint64_t version = 0;  // the subject's version now; 0 when failed
};

}  // namespace varde::ledger
