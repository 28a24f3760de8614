// One small function an entry type.
#include "alarm/subject_fold.hpp"

#include <algorithm>
#include <string>

#include "alarm/bounded.hpp"
#include "alarm/fold.hpp"
#include "alarm/heard.hpp"
#include "alarm/seen.hpp"

namespace varde::alarm {

namespace {

constexpr std::int64_t day_us = 24ll * 3600 * 1'000'000;

template <class List, class Wanted>
void erase_if(List& list, Wanted&& wanted) {
  list.erase(std::remove_if(list.begin(), list.end(), wanted), list.end());
}

// --- Signals -----------------------------------------------------------------------------------

/// What Varde opens a case with by itself is nothing that was heard.
bool is_own(v1::Kind kind) {
  return kind == v1::KIND_CHECK || kind == v1::KIND_TEST || kind == v1::KIND_NOISY_DEVICE ||
         kind == v1::KIND_OUTAGE;
}

/// True if it is new. One that waited or was kept back has been seen, and moves only.
bool remember(v1::SubjectState& state, const v1::Signal& signal, const v1::Entry& entry) {
  if (decided_by(entry) != nullptr)
    if (auto* seen = find_seen(state, signal.id())) {
      seen->set_case_id(entry.case_id());
      return false;
    }
  add_seen(state, signal.id(), entry.case_id());
  return true;
}

void note_recent(v1::SubjectState& state, const heard& what, std::int64_t at_us) {
  auto& recents = *state.mutable_recent();
  int old = 0;
  while (old < recents.size() && recents[old].at_us() <= at_us - day_us) ++old;
  recents.DeleteSubrange(0, old);
  auto& recent = add_newest(recents, recent_max);
  recent.set_device(what.signal->device());
  recent.set_sensor(what.signal->sensor());
  recent.set_kind(what.kind);
  recent.set_lane(what.lane);
  recent.set_intent(what.intent);
  recent.set_at_us(at_us);
  recent.set_status(what.signal->status());
  recent.set_device_type(what.signal->device_type());
  recent.set_component(what.signal->component());
  recent.set_location(what.signal->location());
}

void take_signal(v1::SubjectState& state, const v1::Entry& entry) {
  const auto what = heard_in(entry);
  if (what.signal == nullptr) return;
  if (remember(state, *what.signal, entry) && !is_own(what.kind))
    note_recent(state, what, entry.at_us());
}

// --- Held and kept back ------------------------------------------------------------------------

void end_hold(v1::SubjectState& state, const std::string& signal) {
  erase_if(*state.mutable_held(),
           [&](const v1::Held& held) { return held.signal().id() == signal; });
}

void raise(v1::SubjectState& state, const v1::Signal& signal) {
  erase_if(*state.mutable_suppressed(),
           [&](const v1::Suppressed& kept) { return kept.signal().id() == signal.id(); });
}

/// Periodic test signals say so by their status; the codes are SCAIP's.
bool is_test(const v1::SignalRecorded& recorded) {
  constexpr std::uint32_t periodic_test = 102, manual_test = 103;
  const auto status = recorded.signal().status();
  return recorded.reason() == "test" || status == periodic_test || status == manual_test;
}

void record(v1::SubjectState& state, const v1::Entry& entry) {
  const auto& recorded = entry.signal_recorded();
  auto& tested = *state.mutable_tested_at_us();
  const auto& device = recorded.signal().device();
  if (is_test(recorded) && (tested.contains(device) || tested.size() < tested_devices_max))
    tested[device] = std::max(tested[device], entry.at_us());
  if (!recorded.has_by()) return;
  auto& kept = add_newest(*state.mutable_suppressed(), suppressed_max);
  *kept.mutable_signal() = recorded.signal();
  kept.set_kind(recorded.kind());
  kept.set_lane(recorded.lane());
  kept.set_lane_reason(recorded.lane_reason());
  kept.set_low(recorded.low());
  *kept.mutable_by() = recorded.by();
  kept.set_in_case(recorded.in_case());
}

// --- Tests and expectations --------------------------------------------------------------------

void end_test(v1::SubjectState& state, const std::string& device) {
  erase_if(*state.mutable_tests(),
           [&](const v1::TestMode& test) { return test.device() == device; });
}

void satisfy(v1::SubjectState& state, const std::string& rule, std::int64_t at_us,
             const std::string& by) {
  auto& all = *state.mutable_expected();
  const auto found = std::ranges::find(all, rule, &v1::Expected::rule);
  if (found != all.end() && found->satisfied_at_us() > at_us) return;
  auto& one = found != all.end() ? *found : add_newest(all, expected_max);
  one.set_rule(rule);
  one.set_satisfied_at_us(at_us);
  one.set_by(by);
}

/// When what the entry tells of happened; a device's clock is believed about the past only.
std::int64_t happened_at_us(const v1::Entry& entry) {
  const auto* signal = signal_of(entry);
  if (signal == nullptr || signal->occurred_at_us() == 0) return entry.at_us();
  return std::min(signal->occurred_at_us(), entry.at_us());
}

// --- Outages -----------------------------------------------------------------------------------

v1::OutageState& outage_at(v1::SubjectState& state, const std::string& case_id) {
  if (const auto* found = find_outage(state, case_id)) return const_cast<v1::OutageState&>(*found);
  auto& outage = *state.add_outages();
  outage.set_case_id(case_id);
  return outage;
}

void change_outage(v1::SubjectState& state, const v1::Entry& entry) {
  const auto& changed = entry.outage_changed();
  auto& outage = outage_at(state, entry.case_id());
  outage.set_parent(changed.parent());
  if (changed.has_summary()) outage.set_began_at_us(changed.summary().began_at_us());
  auto& children = *outage.mutable_children();
  for (const auto& joined : changed.joined()) {
    auto& child = children[joined.protocol() + '/' + joined.device()];
    const v1::OutageChild before = child;
    child = joined;
    if (child.reached_at_us() == 0) {
      child.set_reached_at_us(before.reached_at_us());
      child.set_reached_by(before.reached_by());
      child.set_reached_how(before.reached_how());
    }
  }
  for (const auto& back : changed.back())
    if (const auto child = children.find(back); child != children.end())
      child->second.set_back_at_us(entry.at_us());
}

void reach(v1::SubjectState& state, const v1::Entry& entry) {
  for (auto& [name, child] : *outage_at(state, entry.case_id()).mutable_children()) {
    if (child.subject() != entry.outage_reached().subject()) continue;
    child.set_reached_at_us(entry.at_us());
    child.set_reached_by(entry.actor().name());
    child.set_reached_how(entry.outage_reached().how());
  }
}

void end_outage(v1::SubjectState& state, const std::string& case_id) {
  erase_if(*state.mutable_outages(),
           [&](const v1::OutageState& outage) { return outage.case_id() == case_id; });
}

}  // namespace

const v1::RuleNote* decided_by(const v1::Entry& entry) {
  switch (entry.body_case()) {
    case v1::Entry::kCaseOpened:
      return entry.case_opened().has_by() ? &entry.case_opened().by() : nullptr;
    case v1::Entry::kAlarmJoined:
      return entry.alarm_joined().has_by() ? &entry.alarm_joined().by() : nullptr;
    case v1::Entry::kSignalRecorded:
      return entry.signal_recorded().has_by() ? &entry.signal_recorded().by() : nullptr;
    case v1::Entry::kMovedToList:
      return entry.moved_to_list().has_by() ? &entry.moved_to_list().by() : nullptr;
    case v1::Entry::kEscalated:
      return entry.escalated().has_by() ? &entry.escalated().by() : nullptr;
    case v1::Entry::kOutageChanged:
      return entry.outage_changed().has_by() ? &entry.outage_changed().by() : nullptr;
    default:
      return nullptr;
  }
}

const v1::OutageState* find_outage(const v1::SubjectState& state, std::string_view case_id) {
  for (const auto& outage : state.outages())
    if (outage.case_id() == case_id) return &outage;
  return nullptr;
}

void apply_to_subject(v1::SubjectState& state, const v1::Entry& entry) {
  take_signal(state, entry);
  for (const auto& rule : entry.satisfies()) satisfy(state, rule, happened_at_us(entry), {});
  switch (entry.body_case()) {
    case v1::Entry::kCaseOpened:
      return raise(state, entry.case_opened().signal());
    case v1::Entry::kAlarmJoined:
      return raise(state, entry.alarm_joined().signal());
    case v1::Entry::kSignalRecorded:
      return record(state, entry);
    case v1::Entry::kSignalHeld:
      *state.add_held() = entry.signal_held().held();
      return;
    case v1::Entry::kHoldEnded:
      return end_hold(state, entry.hold_ended().held_signal());
    case v1::Entry::kTestStarted:
      end_test(state, entry.test_started().test().device());
      *state.add_tests() = entry.test_started().test();
      return;
    case v1::Entry::kTestEnded:
      return end_test(state, entry.test_ended().device());
    case v1::Entry::kAbsenceStarted:
      *state.mutable_absence() = entry.absence_started().absence();
      return;
    case v1::Entry::kAbsenceEnded:
      return state.clear_absence();
    case v1::Entry::kCheckDone:
      return satisfy(state, entry.check_done().rule(), entry.at_us(), entry.actor().name());
    case v1::Entry::kOutageChanged:
      return change_outage(state, entry);
    case v1::Entry::kOutageReached:
      return reach(state, entry);
    case v1::Entry::kClosed:
      return end_outage(state, entry.case_id());
    case v1::Entry::kLeaseTaken:
      return state.set_lease_holder(entry.lease_taken().node());
    default:
      return;
  }
}

}  // namespace varde::alarm
