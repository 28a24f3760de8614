// What is open now, as one looking thread keeps it: the cases by id, in queue order, with the most
// recently closed. Fed by gateway::subscribe. Not thread-safe: one view a thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "board/frozen.hpp"
#include "board/gateway.hpp"

namespace varde::board {

class view {
 public:
  view() = default;
  view(const view&) = delete;
  view& operator=(const view&) = delete;

  /// Closed cases kept for a look back; older ones are read from the ledger.
  static constexpr std::size_t closed_kept_max = 10'000;

  /// Applies a batch; a case older than the one held is ignored (changes are idempotent), unless it
  /// is a correction.
  void apply(const change_batch& batch);
  /// nullptr if it isn't held.
  [[nodiscard]] case_pointer find(std::string_view case_id) const;
  /// Every case that isn't closed, in queue order: lane, low care last within it, longest waiting.
  [[nodiscard]] std::vector<case_pointer> open_cases() const;
  /// The first case in queue order for which `wanted(case)` is true, or nullptr.
  template <class F>
  [[nodiscard]] case_pointer first_open(F&& wanted) const {
    for (const auto& [key, c] : open_)
      if (wanted(**c)) return *c;
    return nullptr;
  }
  [[nodiscard]] std::size_t open_count() const { return open_.size(); }
  /// Newest first.
  [[nodiscard]] std::vector<case_pointer> closed_cases() const;
  /// Other open cases about the same subject.
  [[nodiscard]] std::vector<case_pointer> of_subject(std::string_view municipality,
                                                     std::string_view subject) const;

 private:
  struct order {
    std::size_t lane;
    bool low;
    std::int64_t queued_at_us;
    std::string_view id;
    auto operator<=>(const order&) const = default;
  };
  static order order_of(const alarm::v1::Case& c, std::string_view id);

  std::map<std::string, case_pointer, std::less<>> cases_;
  /// What they name and point at lies in cases_, so that a change that leaves a case where it waits
  /// touches that alone.
  std::map<order, const case_pointer*> open_;
  std::map<std::pair<std::int64_t, std::string_view>, const case_pointer*> closed_;  // by time
};

}  // namespace varde::board
