// Beginning to wait and ending it; expiry is a command (see subject_commands.cpp).
#include "triage/hold.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/place.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

bool is_of_same_sensor(const Held& held, const Signal& signal) {
  return held.signal().device() == signal.device() && held.signal().sensor() == signal.sensor() &&
         held.signal().protocol() == signal.protocol();
}

bool is_more_severe_than_held(const work& w) {
  return std::ranges::any_of(w.state.held(), [&](const Held& held) {
    return is_of_same_sensor(held, w.in.signal) && alarm::more_urgent(w.in.what.lane, held.lane());
  });
}

/// Of the same kind first, else of any, since many devices reset with another type code than they
/// alarmed with; but technical and personal never end each other.
std::vector<const Held*> restored_by(const work& w) {
  std::vector<const Held*> out;
  for (const bool any_kind : {false, true}) {
    for (const auto& held : w.state.held())
      if (is_of_same_sensor(held, w.in.signal) &&
          (held.kind() == w.in.what.kind ||
           (any_kind && alarm::is_technical(held.kind()) == alarm::is_technical(w.in.what.kind))))
        out.push_back(&held);
    if (!out.empty()) break;
  }
  return out;
}

}  // namespace

bool hold(const work& w) {
  const auto* rule = rule_for(w, registry::v1::Rule::kHold);
  if (rule == nullptr || rule->hold().wait_s() == 0) return false;
  if (w.state.held_size() >= held_max || is_more_severe_than_held(w) ||
      open_case_of(w.state, w.in.what.kind) != nullptr)
    return false;
  const auto wait_s = rule->hold().wait_s();
  auto& held = *w.out.add().mutable_signal_held()->mutable_held();
  *held.mutable_signal() = w.in.signal;
  held.set_kind(w.in.what.kind);
  held.set_lane(w.in.what.lane);
  held.set_lane_reason(w.in.what.reason);
  held.set_low(w.in.what.low);
  held.set_until_us(base::to_us(w.out.now()) + std::int64_t{wait_s} * 1'000'000);
  *held.mutable_by() =
      note_of(*rule, fmt::format("waits {} s for its restoral", wait_s), w.policy, w.out.now());
  return true;
}

bool restore(const work& w, bool already_placed) {
  for (const Held* held : restored_by(w)) {
    auto& ended = *w.out.add().mutable_hold_ended();
    ended.set_held_signal(held->signal().id());
    ended.set_how(HOLD_END_RESTORED);
    ended.set_kind(w.in.what.kind);
    if (!already_placed) *ended.mutable_signal() = w.in.signal;
    already_placed = true;
  }
  return !w.out.empty();
}

const Held* find_held(const SubjectState& state, std::string_view signal) {
  for (const auto& held : state.held())
    if (held.signal().id() == signal) return &held;
  return nullptr;
}

classification classification_of(const Held& held) {
  return {held.kind(), held.lane(), held.low(), INTENT_ALARM, held.lane_reason()};
}

}  // namespace varde::triage
