// From a parsed signal to an admission in its lane.
#include "edge/intake.hpp"

#include <array>

#include "base/trace.hpp"

namespace varde::edge {

namespace {

/// A few batches: the core works this off in ten milliseconds.
constexpr std::size_t waiting_for_core_max = 256;

}  // namespace

intake::intake(std::uint32_t edge, const options& given, lane_set& lanes, counters& counted)
    : edge_{edge},
      options_{given},
      lanes_{lanes},
      counted_{counted},
      room_{given.limits.waiting_max},
      unknown_{given.limits.unknown_burst, given.limits.unknown_per_minute} {}

reception intake::admit(alarm::v1::Signal&& signal, offer&& given) {
  alarm::admission one;
  one.signal = std::move(signal);
  one.signal.set_trace(base::new_trace());
  one.municipality = std::move(given.bound.municipality);
  one.subject = std::move(given.bound.subject);
  one.known_device = given.bound.known;
  one.device_kind = given.bound.device_kind;
  one.received = given.received;
  one.lane = options_.travel_lane(one.signal, one.known_device);
  const auto lane = alarm::lane_index(one.lane);
  const auto outcome = decide(given, one);
  counted_.signals[lane][static_cast<std::size_t>(outcome)]->add();
  if (outcome == intake_outcome::to_core)
    counted_.to_lane[lane]->record(std::chrono::steady_clock::now() - given.received);
  else
    log_refusal(one, outcome);
  return {outcome, lane == 0};
}

intake_outcome intake::decide(offer& given, alarm::admission& one) {
  if (given.over_window) return intake_outcome::over_window;
  if (!one.known_device && !unknown_.allow(one.signal.source(), given.received))
    return intake_outcome::rate_limited;
  const auto lane = alarm::lane_index(one.lane);
  const auto ticket =
      room_.enter({std::move(given.target), given.cookie, given.received}, lane == 0);
  if (!ticket) return intake_outcome::room_full;
  one.reply = {edge_, *ticket};
  spdlog::debug("edge: to the core: trace={} municipality={} lane={}", one.signal.trace(),
                one.municipality.str(), alarm::lane_name(one.lane));
  if (lanes_.push(lane, std::move(one))) return intake_outcome::to_core;
  (void)room_.leave(*ticket);
  return intake_outcome::lane_full;
}

void intake::log_refusal(const alarm::admission& one, intake_outcome outcome) {
  if (!log_refusals_.allow(one.received.time_since_epoch() / std::chrono::seconds{1})) return;
  spdlog::warn("edge: signal answered busy: trace={} municipality={} lane={} cause={}",
               one.signal.trace(), base::log_safe(one.municipality.str()),
               alarm::lane_name(one.lane), outcome_name(outcome));
}

bool intake::core_is_behind() const noexcept {
  std::size_t waiting = 0;
  for (std::size_t lane = 0; lane < alarm::lane_count; ++lane) waiting += lanes_.size(lane);
  return waiting > waiting_for_core_max;
}

std::size_t intake::answer(std::span<const alarm::admission_answer> answers) {
  const auto now = std::chrono::steady_clock::now();
  std::size_t told = 0;
  for (const auto& answer : answers) {
    const auto who = room_.leave(answer.ticket);
    if (!who) continue;
    ++told;
    counted_.answers[static_cast<std::size_t>(answer.outcome)]->add();
    counted_.to_answer->record(now - who->received);
    if (const auto target = who->target.lock()) target->answered(who->cookie, answer.outcome);
  }
  return told;
}

void intake::give_up_old(base::steady_time now) {
  while (auto who = room_.leave_if_entered_before(now - options_.limits.answer_max)) {
    counted_.answers_late->add();
    if (const auto target = who->target.lock()) target->answered(who->cookie, alarm::verdict::busy);
  }
}

}  // namespace varde::edge
