// The subjects' states that the core holds in memory, and which it may forget. A forgotten subject
// costs one round trip when it is heard of again (its first commit is stale and its entries are
// read back), never a wrong decision.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/input.hpp"
#include "core/vault_port.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::core {

/// A record of our vault that the ledger refused, and the newest entry in it. It may be in the
/// ledger all the same: a commit that was carried out twice on its way is refused the second time.
struct refused_record {
  vault_sequence record = 0;
  std::uint64_t version = 0;
  std::uint64_t tip = 0;  // of the subject after that entry
};

/// One subject in memory.
struct subject {
  alarm::v1::SubjectState state;  // with the entries that are not committed yet
  bool reading = false;           // its entries are being read back; inputs wait
  bool read = false;              // its entries were read, or all seen since version 1
  bool afloat = false;            // the newest entries are on our disk only
  /// The newest entry of another that came while it could not be taken in; 0: none.
  std::uint64_t missed = 0;
  base::steady_time changed{};          // when its newest entry came
  std::vector<refused_record> refused;  // withdrawn once the subject was read
  std::deque<input> waiting;
  std::size_t batch_place = npos;      // its commit in the batch being decided
  bool offered = false;                // its commit is in a batch under way; inputs wait
  std::size_t put_off = 0;             // so many of them
  bool watched = false;                // something waits at it; see core/waiting.hpp
  std::optional<base::wall_time> due;  // when time next asks for something
  std::list<subject*>::iterator recent;

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  [[nodiscard]] bool uncommitted() const { return offered || batch_place != npos; }
};

class subjects {
 public:
  /// Subjects without an open case beyond this number are forgotten, the longest untouched first.
  static constexpr std::size_t in_memory_max = 200'000;
  /// Looked at in one call of forget_some.
  static constexpr std::size_t forget_step_max = 1'000;

  /// The subject, made new at version 0 if it isn't in memory; now the most recently touched.
  subject& touch(std::string_view municipality, std::string_view subject_id);
  /// nullptr if it isn't in memory.
  [[nodiscard]] subject* find(std::string_view municipality, std::string_view subject_id);
  /// Forgets some of the longest untouched idle subjects while there are too many.
  void forget_some();
  /// The most recently touched first.
  [[nodiscard]] const std::list<subject*>& by_recency() const { return recency_; }
  [[nodiscard]] std::size_t size() const { return map_.size(); }

 private:
  static std::string key(std::string_view municipality, std::string_view subject_id);

  std::unordered_map<std::string, std::unique_ptr<subject>> map_;
  std::list<subject*> recency_;
};

}  // namespace varde::core
