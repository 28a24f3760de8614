// Who waits for the core's answer: a ticket goes along with each admission, and the answer brings
// it back. Bounded, with places kept for life; a ticket that was answered, given up or never issued
// finds nobody.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "alarm/admission.hpp"
#include "base/time.hpp"

namespace varde::edge {

/// Someone who can be told what became of a signal. Called on its edge thread.
class answer_target {
 public:
  virtual ~answer_target() = default;
  /// `cookie` is the target's own name for the signal, as it gave it on admission.
  virtual void answered(std::uint64_t cookie, alarm::verdict outcome) = 0;
};

struct waiting {
  std::weak_ptr<answer_target> target;
  std::uint64_t cookie = 0;
  base::steady_time received{};  // at the socket
};

/// One thread.
class waiting_room {
 public:
  /// `places` in all, of which a quarter only for life.
  explicit waiting_room(std::size_t places);

  /// A ticket, unique for this room for ever; nullopt if there is no place.
  [[nodiscard]] std::optional<std::uint64_t> enter(waiting who, bool life);
  /// Gives the place back. nullopt if nobody waits on this ticket.
  [[nodiscard]] std::optional<waiting> leave(std::uint64_t ticket);
  /// The one who has waited longest, if that is since before `limit`; as leave().
  [[nodiscard]] std::optional<waiting> leave_if_entered_before(base::steady_time limit);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct place {
    waiting who;
    std::uint32_t issue = 0;  // odd while taken; in the ticket's upper half
  };
  struct entry {
    std::uint64_t ticket;
    base::steady_time received;
  };

  bool is_waiting(std::uint64_t ticket) const;

  const std::size_t places_max_;
  const std::size_t kept_for_life_;
  std::size_t size_ = 0;
  std::vector<place> places_;  // grows up to places_max_ as it is needed
  std::vector<std::uint32_t> free_;
  std::deque<entry>
      in_order_;  // of entering; those who left are dropped when they come to the front
};

}  // namespace varde::edge
