// The fold, one small function an entry type.
#include "alarm/fold.hpp"

#include <algorithm>
#include <set>

#include "alarm/bounded.hpp"
#include "alarm/ids.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "alarm/subject_fold.hpp"

namespace varde::alarm {

namespace {

constexpr std::int64_t day_us = 24ll * 3600 * 1'000'000;

/// The listed alarm that this signal repeats: same device, sensor, kind and status.
v1::Alarm* find_alarm(v1::Case& c, const v1::Signal& signal, v1::Kind kind) {
  for (auto& alarm : *c.mutable_alarms())
    if (alarm.kind() == kind && alarm.device() == signal.device() &&
        alarm.sensor() == signal.sensor() && alarm.device_type() == signal.device_type() &&
        alarm.status() == signal.status())
      return &alarm;
  return nullptr;
}

void add_alarm(v1::Case& c, const v1::Signal& signal, v1::Kind kind, v1::Lane lane, bool late) {
  c.set_signal_count(c.signal_count() + 1);
  c.set_cleared(false);
  if (late) c.set_late(true);
  const auto occurred_us =
      signal.occurred_at_us() != 0 ? signal.occurred_at_us() : signal.received_at_us();
  v1::Alarm* alarm = find_alarm(c, signal, kind);
  if (alarm == nullptr) {
    if (c.alarms_size() >= alarms_per_case_max) {
      c.set_alarms_left_out(c.alarms_left_out() + 1);
      return;
    }
    alarm = c.add_alarms();
    alarm->set_signal_id(signal.id());
    alarm->set_device(signal.device());
    alarm->set_protocol(signal.protocol());
    alarm->set_sensor(signal.sensor());
    alarm->set_kind(kind);
    alarm->set_occurred_at_us(occurred_us);
    alarm->set_received_at_us(signal.received_at_us());
    alarm->set_device_type(signal.device_type());
    alarm->set_status(signal.status());
    alarm->set_trace(signal.trace());
    alarm->set_late(late);
  }
  alarm->set_count(alarm->count() + 1);
  alarm->set_lane(lane);
  alarm->set_cleared(false);
  alarm->set_last_received_at_us(signal.received_at_us());
  if (signal.location() != 0) alarm->set_location(signal.location());
  if (!signal.location_text().empty()) alarm->set_location_text(signal.location_text());
  if (!signal.text().empty()) alarm->set_text(signal.text());
  if (signal.has_position()) *alarm->mutable_position() = signal.position();
}

void open_case(v1::SubjectState& state, const v1::Entry& entry) {
  const auto& opened = entry.case_opened();
  auto& openings = *state.mutable_recent_openings_us();
  const auto old =
      std::ranges::find_if(openings, [&](auto at) { return at > entry.at_us() - day_us; });
  openings.erase(openings.begin(), old);

  v1::Case& c = *state.add_cases();
  c.set_id(entry.case_id());
  c.set_municipality(state.municipality());
  c.set_subject(state.subject());
  c.set_lane(opened.lane());
  c.set_low(opened.low());
  c.set_lane_reason(opened.lane_reason());
  c.set_state(v1::CASE_STATE_OPEN);
  c.set_kind(opened.kind());
  c.set_opened_at_us(entry.at_us());
  c.set_queued_at_us(entry.at_us());
  *c.mutable_steps() = opened.steps();
  c.set_repeats_24h(static_cast<std::uint32_t>(openings.size()));
  c.set_list(opened.list());
  c.set_cognitive_impairment(opened.cognitive_impairment());
  c.set_asks_who(opened.asks_who());
  c.set_absent(opened.absent());
  if (opened.has_outage()) *c.mutable_outage() = opened.outage();
  add_alarm(c, opened.signal(), opened.kind(), opened.lane(), opened.late());

  if (!is_technical(opened.kind())) {
    openings.Add(entry.at_us());
    if (openings.size() > recent_openings_max) openings.erase(openings.begin());
  }
}

void join_alarm(v1::Case& c, const v1::AlarmJoined& joined) {
  add_alarm(c, joined.signal(), joined.kind(), joined.lane(), joined.late());
  if (more_urgent(joined.lane(), c.lane())) {
    c.set_lane(joined.lane());
    c.set_lane_reason(joined.lane_reason());
    c.set_low(joined.low());
    c.set_list(v1::WORK_LIST_OPERATORS);
  } else if (c.low() && !joined.low()) {
    c.set_low(false);
    c.set_lane_reason(joined.lane_reason());
  }
  if (has_owner(c)) c.set_attention(true);
}

void clear_alarm(v1::Case& c, const v1::AlarmCleared& cleared) {
  for (auto& alarm : *c.mutable_alarms())
    if (alarm.device() == cleared.signal().device() && alarm.sensor() == cleared.signal().sensor())
      alarm.set_cleared(true);
  c.set_cleared(std::ranges::all_of(c.alarms(), [](const v1::Alarm& a) { return a.cleared(); }));
}

void set_owner(v1::Case& c, const v1::Entry& entry) {
  auto& owner = *c.mutable_owner();
  owner.set_user(entry.actor().user());
  owner.set_name(entry.actor().name());
  owner.set_since_us(entry.at_us());
  owner.set_node(entry.node());
  c.set_state(has_live_visit(c) ? v1::CASE_STATE_DISPATCHED : v1::CASE_STATE_CLAIMED);
  if (c.first_claimed_at_us() == 0) c.set_first_claimed_at_us(entry.at_us());
  c.clear_released_reason();
  c.clear_requeued_reason();
}

void release(v1::Case& c, const v1::Released& released) {
  static constexpr std::array<std::string_view, 5> reasons{"", "operator", "console_gone", "idle",
                                                           "signed_out"};
  c.clear_owner();
  c.set_state(v1::CASE_STATE_OPEN);
  c.set_attention(false);
  c.set_released_reason(std::string{reasons.at(static_cast<std::size_t>(released.reason()))});
}

void tick_step(v1::Case& c, const v1::Entry& entry) {
  for (auto& step : *c.mutable_steps())
    if (step.id() == entry.step_ticked().step()) {
      step.set_done(entry.step_ticked().done());
      step.set_done_by(step.done() ? entry.actor().name() : "");
      step.set_done_at_us(step.done() ? entry.at_us() : 0);
    }
}

void move_visit(v1::Case& c, const v1::Entry& entry) {
  const auto& moved = entry.visit_moved();
  const auto at_us = moved.device_time_us() != 0 ? moved.device_time_us() : entry.at_us();
  for (auto& visit : *c.mutable_visits()) {
    if (visit.id() != moved.visit()) continue;
    visit.set_state(moved.state());
    if (!moved.reason().empty()) visit.set_reason(moved.reason());
    if (!moved.note().empty()) visit.set_note(moved.note());
    if (moved.state() == v1::VISIT_STATE_ACCEPTED) {
      visit.set_responder(entry.actor().user());
      visit.set_responder_name(entry.actor().name());
      visit.set_accepted_at_us(at_us);
      visit.set_overdue(false);
    }
    if (moved.state() == v1::VISIT_STATE_EN_ROUTE) visit.set_en_route_at_us(at_us);
    if (moved.state() == v1::VISIT_STATE_ON_SITE) visit.set_on_site_at_us(at_us);
    if (has_ended(moved.state())) visit.set_ended_at_us(at_us);
  }
  if (has_owner(c)) {
    c.set_state(has_live_visit(c) ? v1::CASE_STATE_DISPATCHED : v1::CASE_STATE_CLAIMED);
    if (entry.actor().user() != c.owner().user()) c.set_attention(true);
  }
}

void close_case(v1::Case& c, const v1::Entry& entry) {
  c.set_state(v1::CASE_STATE_CLOSED);
  *c.mutable_outcome() = entry.closed().outcome();
  c.set_closed_at_us(entry.at_us());
  c.set_closed_by(entry.actor().name());
  c.set_attention(false);
}

void forget_oldest_closed(v1::SubjectState& state) {
  int closed = static_cast<int>(
      std::ranges::count_if(state.cases(), [](const auto& c) { return is_closed(c); }));
  for (int i = 0; closed > closed_cases_kept_max && i < state.cases_size();) {
    if (is_closed(state.cases(i))) {
      state.mutable_cases()->DeleteSubrange(i, 1);
      --closed;
    } else {
      ++i;
    }
  }
}

void requeue(v1::Case& c, const v1::Requeued& requeued) {
  c.clear_owner();
  c.set_state(v1::CASE_STATE_OPEN);
  c.set_attention(false);
  c.set_requeued_reason(requeued.reason());
}

void identify(v1::Case& c, const v1::Entry& entry) {
  c.set_resident(entry.resident_identified().resident());
  c.set_resident_name(entry.resident_identified().name());
  c.set_asks_who(false);
}

void change_outage(v1::Case& c, const v1::OutageChanged& changed) {
  if (changed.has_summary()) *c.mutable_outage() = changed.summary();
  c.mutable_outage()->set_parent(changed.parent());
}

/// Residents, not devices.
void count_reached(const v1::SubjectState& state, v1::Case& c) {
  const auto* outage = find_outage(state, c.id());
  if (outage == nullptr) return;
  std::set<std::string_view> reached;
  for (const auto& [name, child] : outage->children())
    if (child.reached_at_us() != 0) reached.insert(child.subject());
  c.mutable_outage()->set_residents_reached(static_cast<std::uint32_t>(reached.size()));
}

/// Each rule once: a noisy device's case would otherwise list nothing else.
void note_decision(v1::Case& c, const v1::RuleNote& note) {
  const bool noted = std::ranges::any_of(
      c.decisions(), [&](const v1::RuleNote& one) { return one.rule() == note.rule(); });
  if (!noted && c.decisions_size() < decisions_max) *c.add_decisions() = note;
}

/// What moved a case to its list is its newest decision, however often it was moved: by that it is
/// known whether it comes back by itself.
void make_room_for_move(v1::Case& c, const v1::RuleNote& note) {
  auto& all = *c.mutable_decisions();
  for (int i = all.size() - 1; i >= 0; --i)
    if (all[i].rule() == note.rule()) all.DeleteSubrange(i, 1);
  if (all.size() == decisions_max) all.DeleteSubrange(0, 1);
}

void reopen(v1::Case& c, const v1::Entry& entry) {
  c.set_state(v1::CASE_STATE_OPEN);
  c.set_reopened_reason(entry.reopened().reason());
  c.clear_owner();
  c.clear_outcome();
  c.clear_closed_at_us();
  c.clear_closed_by();
}

/// The words a person wrote, whatever the entry.
std::string note_of(const v1::Entry& entry) {
  switch (entry.body_case()) {
    case v1::Entry::kNoteAdded:
      return entry.note_added().text();
    case v1::Entry::kVisitMoved:
      return entry.visit_moved().note();
    case v1::Entry::kClosed:
      return entry.closed().outcome().note();
    default:
      return {};
  }
}

void add_outage_deed(v1::Case& c, const v1::Entry& entry) {
  const auto& done = entry.handled_in_outage().entry();
  if (c.outage_deeds_size() >= outage_deeds_max) return;
  auto& deed = *c.add_outage_deeds();
  deed.set_user(done.actor().user());
  deed.set_name(done.actor().name());
  deed.set_node(done.node());
  deed.set_what(std::string{name_of(done.body_case())});
  deed.set_at_us(done.at_us());
  deed.set_merged_at_us(entry.merged_at_us());
  deed.set_why(entry.handled_in_outage().why());
  deed.set_note(note_of(done));
  if (has_owner(c)) c.set_attention(true);
}

bool is_by_person(const v1::Actor& actor) {
  return actor.kind() != v1::ACTOR_KIND_DEVICE && actor.kind() != v1::ACTOR_KIND_SYSTEM;
}

void apply_to_case(v1::Case& c, const v1::Entry& entry) {
  switch (entry.body_case()) {
    case v1::Entry::kAlarmJoined:
      join_alarm(c, entry.alarm_joined());
      break;
    case v1::Entry::kAlarmCleared:
      clear_alarm(c, entry.alarm_cleared());
      break;
    case v1::Entry::kClaimed:
    case v1::Entry::kTakenOver:
      set_owner(c, entry);
      break;
    case v1::Entry::kReleased:
      release(c, entry.released());
      break;
    case v1::Entry::kStepTicked:
      tick_step(c, entry);
      break;
    case v1::Entry::kVisitOffered:
      *c.add_visits() = entry.visit_offered().visit();
      // Without an owner it waits for one all the same.
      if (has_owner(c)) c.set_state(v1::CASE_STATE_DISPATCHED);
      break;
    case v1::Entry::kVisitMoved:
      move_visit(c, entry);
      break;
    case v1::Entry::kVisitOverdue:
      for (auto& visit : *c.mutable_visits())
        if (visit.id() == entry.visit_overdue().visit()) visit.set_overdue(true);
      c.set_attention(true);
      break;
    case v1::Entry::kAged:
      c.set_low(false);
      c.set_lane_reason("aged");
      break;
    case v1::Entry::kClosed:
      close_case(c, entry);
      break;
    case v1::Entry::kReopened:
      reopen(c, entry);
      break;
    case v1::Entry::kHandledInOutage:
      add_outage_deed(c, entry);
      break;
    case v1::Entry::kSignalRecorded:
      add_alarm(c, entry.signal_recorded().signal(), entry.signal_recorded().kind(),
                entry.signal_recorded().lane(), false);
      break;
    case v1::Entry::kRequeued:
      requeue(c, entry.requeued());
      break;
    case v1::Entry::kEscalated:
      if (c.escalations_size() < escalations_max) *c.add_escalations() = entry.escalated().step();
      if (has_owner(c)) c.set_attention(true);
      break;
    case v1::Entry::kMovedToList:
      c.set_list(entry.moved_to_list().list());
      break;
    case v1::Entry::kResidentIdentified:
      identify(c, entry);
      break;
    case v1::Entry::kOutageChanged:
      change_outage(c, entry.outage_changed());
      break;
    default:
      break;
  }
}

}  // namespace

const v1::Case* find_case(const v1::SubjectState& state, std::string_view id) {
  for (const auto& c : state.cases())
    if (c.id() == id) return &c;
  return nullptr;
}

v1::Case* find_case(v1::SubjectState& state, std::string_view id) {
  return const_cast<v1::Case*>(find_case(std::as_const(state), id));
}

const v1::Visit* find_visit(const v1::Case& c, std::string_view id) {
  for (const auto& visit : c.visits())
    if (visit.id() == id) return &visit;
  return nullptr;
}

const v1::Signal* signal_of(const v1::Entry& entry) {
  switch (entry.body_case()) {
    case v1::Entry::kCaseOpened:
      return &entry.case_opened().signal();
    case v1::Entry::kAlarmJoined:
      return &entry.alarm_joined().signal();
    case v1::Entry::kAlarmCleared:
      return &entry.alarm_cleared().signal();
    case v1::Entry::kSignalRecorded:
      return &entry.signal_recorded().signal();
    case v1::Entry::kSignalHeld:
      return &entry.signal_held().held().signal();
    case v1::Entry::kHoldEnded:
      return entry.hold_ended().has_signal() ? &entry.hold_ended().signal() : nullptr;
    default:
      return nullptr;
  }
}

std::string_view name_of(v1::Entry::BodyCase body) {
  const auto* field = v1::Entry::descriptor()->FindFieldByNumber(body);
  return field == nullptr ? std::string_view{"other"} : std::string_view{field->name()};
}

std::uint64_t tip_after(const v1::Entry& entry) {
  // FNV-1a, 64 bits: against accidents, not against an adversary; the chain of hashes is for that.
  std::uint64_t digest = 0xcbf29ce484222325u;
  const auto mix = [&digest](std::string_view bytes) {
    for (const char byte : bytes)
      digest = (digest ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  };
  const auto mix_number = [&digest](std::uint64_t number) {
    for (int i = 0; i < 8; ++i, number >>= 8) digest = (digest ^ (number & 0xff)) * 0x100000001b3u;
  };
  mix_number(entry.previous());
  mix_number(entry.version());
  mix_number(static_cast<std::uint64_t>(entry.at_us()));
  mix_number(static_cast<std::uint64_t>(entry.body_case()));
  mix(entry.node());
  mix(entry.case_id());
  mix(entry.command_id());
  if (const auto* signal = signal_of(entry)) mix(signal->id());
  return digest != 0 ? digest : 1;
}

bool follows(const v1::SubjectState& state, const v1::Entry& entry) {
  return entry.version() == state.version() + 1 &&
         (entry.previous() == 0 || state.tip() == 0 || entry.previous() == state.tip());
}

bool apply(v1::SubjectState& state, const v1::Entry& entry) {
  if (entry.version() != state.version() + 1) return false;
  if (state.version() == 0) {
    state.set_municipality(entry.municipality());
    state.set_subject(entry.subject());
  }
  state.set_version(entry.version());
  state.set_tip(tip_after(entry));

  if (entry.has_case_opened()) open_case(state, entry);
  apply_to_subject(state, entry);
  if (v1::Case* c = find_case(state, entry.case_id())) {
    apply_to_case(*c, entry);
    if (entry.has_outage_changed() || entry.has_outage_reached()) count_reached(state, *c);
    if (const auto* note = decided_by(entry)) {
      if (entry.has_moved_to_list()) make_room_for_move(*c, *note);
      note_decision(*c, *note);
    }
    c->set_version(entry.version());
    if (is_by_person(entry.actor()) && !entry.has_handled_in_outage()) {
      c->set_last_action_at_us(entry.at_us());
      if (entry.actor().user() == c->owner().user()) c->set_attention(false);
    }
  }
  forget_oldest_closed(state);

  if (!entry.command_id().empty()) {
    auto& seen = add_newest(*state.mutable_seen_commands(), seen_commands_max);
    seen.set_id(entry.command_id());
    seen.set_case_id(entry.case_id());
    seen.set_version(entry.version());
  }
  return true;
}

}  // namespace varde::alarm
