// By the entry's body: each sort of it means one intent, but for what was recorded only.
#include "alarm/heard.hpp"

#include "alarm/fold.hpp"

namespace varde::alarm {

namespace {

v1::Intent intent_of(const v1::SignalRecorded& recorded) {
  if (recorded.has_by()) return v1::INTENT_ALARM;
  return recorded.reason() == "information" ? v1::INTENT_INFORMATION : v1::INTENT_RESET;
}

}  // namespace

heard heard_in(const v1::Entry& entry) {
  const auto* signal = signal_of(entry);
  switch (entry.body_case()) {
    case v1::Entry::kCaseOpened:
      return {signal, v1::INTENT_ALARM, entry.case_opened().kind(), entry.case_opened().lane()};
    case v1::Entry::kAlarmJoined:
      return {signal, v1::INTENT_ALARM, entry.alarm_joined().kind(), entry.alarm_joined().lane()};
    case v1::Entry::kAlarmCleared:
      return {signal, v1::INTENT_RESET, entry.alarm_cleared().kind(), v1::LANE_UNSPECIFIED};
    case v1::Entry::kSignalRecorded:
      return {signal, intent_of(entry.signal_recorded()), entry.signal_recorded().kind(),
              entry.signal_recorded().lane()};
    case v1::Entry::kSignalHeld:
      return {signal, v1::INTENT_ALARM, entry.signal_held().held().kind(),
              entry.signal_held().held().lane()};
    case v1::Entry::kHoldEnded:
      return {signal, v1::INTENT_RESET, entry.hold_ended().kind(), v1::LANE_UNSPECIFIED};
    default:
      return {};
  }
}

}  // namespace varde::alarm
