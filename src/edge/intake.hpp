// The door to the core: gives a signal its owner, its lane, its trace and a ticket, and pushes it.
// After that nothing here waits or locks; the core's answer comes back by the ticket.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "alarm/admission.hpp"
#include "base/log.hpp"
#include "edge/counters.hpp"
#include "edge/options.hpp"
#include "edge/source_limiter.hpp"
#include "edge/waiting_room.hpp"
#include "lanes/lane_set.hpp"
#include "registry/binding.hpp"

namespace varde::edge {

using lane_set = lanes::lane_set<alarm::admission>;

/// What a session hands over with a signal.
struct offer {
  registry::binding bound;
  base::steady_time received{};         // at the socket
  std::weak_ptr<answer_target> target;  // who is told
  std::uint64_t cookie = 0;             // the target's own name for the signal
  bool over_window = false;             // the device may not have so many under way
};
struct reception {
  intake_outcome outcome;
  bool life;  // of the life lane: to be tried again soonest
};

/// One per edge thread, used on it.
class intake {
 public:
  intake(std::uint32_t edge, const options& given, lane_set& lanes, counters& counted);

  /// Gives the signal its trace and sends it on its way; the target is told later what became of
  /// it. Any outcome but to_core: nothing will follow, the device must be told to try again.
  reception admit(alarm::v1::Signal&& signal, offer&& given);

  /// The core's answers: tells each target. Returns how many signals were still waited for.
  std::size_t answer(std::span<const alarm::admission_answer> answers);
  /// Tells those who have waited too long that we are busy.
  void give_up_old(base::steady_time now);

  [[nodiscard]] std::size_t waiting_count() const noexcept { return room_.size(); }
  /// So much waits for the core already that reading more from those in line would only move the
  /// queue in front of everybody else, and take the processor from those who work it off.
  [[nodiscard]] bool core_is_behind() const noexcept;

 private:
  intake_outcome decide(offer& given, alarm::admission& one);
  void log_refusal(const alarm::admission& one, intake_outcome outcome);

  const std::uint32_t edge_;
  const options& options_;
  lane_set& lanes_;
  counters& counted_;
  waiting_room room_;
  source_limiter unknown_;
  base::log_limiter log_refusals_{5};
};

}  // namespace varde::edge
