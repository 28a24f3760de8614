// The newest changes in the order of commitment, for consoles that come back and for those that are
// told now. Of a case that changed again only the newest state is kept: nobody needs to be told
// what is not so any more.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "board/view.hpp"

namespace varde::desk {

class change_ring {
 public:
  /// Kept for those who come back.
  static constexpr std::size_t kept_max = 8'192;

  struct change {
    board::case_pointer now;                        // null: a newer change of its case follows
    base::steady_time cause;                        // as board::case_change has it
    std::shared_ptr<const std::string> text;        // the case as JSON; made when first sent
    std::shared_ptr<const std::string> difference;  // to the state told before; likewise
  };

  void push(const board::case_change& c);
  /// Forgets everything; nobody can go on from before.
  void clear();
  /// Lets go of what is more than kept_max.
  void trim();

  /// The number of the newest change; numbers count from 1 and go up by 1.
  [[nodiscard]] std::uint64_t newest() const noexcept { return newest_; }
  /// True if everything after `number` is known.
  [[nodiscard]] bool covers(std::uint64_t number) const noexcept;
  /// Calls `f(change)` for every change after `number`, oldest first.
  template <class F>
  void after(std::uint64_t number, F&& f) {
    const auto count = std::min<std::uint64_t>(newest_ - number, kept_.size());
    for (auto at = kept_.end() - static_cast<std::ptrdiff_t>(count); at != kept_.end(); ++at)
      f(*at);
  }

 private:
  [[nodiscard]] std::uint64_t oldest() const noexcept { return newest_ + 1 - kept_.size(); }

  std::uint64_t newest_ = 0;
  std::deque<change> kept_;                                // numbered up to newest_
  std::unordered_map<std::string, std::uint64_t> latest_;  // of each case in it
};

}  // namespace varde::desk
