// Writing history. Each kind of entry has its own few fields beside those that all have.
#include "desk/history_json.hpp"

#include "alarm/fold.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "base/time.hpp"
#include "board/visit_json.hpp"
#include "desk/case_json.hpp"
#include "desk/rules_json.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Entry;
using base::json_writer;

std::string_view actor_kind(alarm::v1::ActorKind kind) {
  switch (kind) {
    case alarm::v1::ACTOR_KIND_DEVICE:
      return "device";
    case alarm::v1::ACTOR_KIND_OPERATOR:
      return "operator";
    case alarm::v1::ACTOR_KIND_RESPONDER:
      return "responder";
    case alarm::v1::ACTOR_KIND_ADMINISTRATOR:
      return "administrator";
    default:
      return "system";
  }
}

std::string_view release_reason(alarm::v1::ReleaseReason reason) {
  switch (reason) {
    case alarm::v1::RELEASE_REASON_OPERATOR:
      return "operator";
    case alarm::v1::RELEASE_REASON_CONSOLE_GONE:
      return "console_gone";
    case alarm::v1::RELEASE_REASON_IDLE:
      return "idle";
    case alarm::v1::RELEASE_REASON_SIGNED_OUT:
      return "signed_out";
    default:
      return "unspecified";
  }
}

template <class Alarm>
void write_urgency(json_writer& json, const Alarm& a) {
  json.member("kind", alarm::name_of(a.kind()));
  json.member("lane", alarm::lane_name(a.lane()));
  json.member("lane_reason", a.lane_reason());
  json.member("late", a.late());
  write_rule(json, "by", a.by());
  json.key("signal");
  write_signal(json, a.signal());
}

void write_recorded(json_writer& json, const alarm::v1::SignalRecorded& recorded) {
  json.member("reason", recorded.reason());
  if (recorded.has_by()) {
    json.member("kind", alarm::name_of(recorded.kind()));
    json.member("lane", alarm::lane_name(recorded.lane()));
    json.member("in_case", recorded.in_case());
    write_rule(json, "by", recorded.by());
  }
  json.key("signal");
  write_signal(json, recorded.signal());
}

void write_move(json_writer& json, const alarm::v1::VisitMoved& move) {
  json.member("visit", move.visit());
  json.member("state", alarm::name_of(move.state()));
  json.member("reason", move.reason());
  json.member("note", move.note());
  board::write_time(json, "device_time", move.device_time_us());
}

void write_offer(json_writer& json, const alarm::v1::Visit& visit) {
  json.member("visit", visit.id());
  json.member("team", visit.team());
  json.member("team_name", visit.team_name());
  json.member("message", visit.message());
}

void write_actor(json_writer& json, const alarm::v1::Actor& actor) {
  json.key("actor");
  json.begin_object();
  json.member("kind", actor_kind(actor.kind()));
  json.member("user", actor.user());
  json.member("name", actor.name());
  json.end_object();
}

void write_body(json_writer& json, const Entry& entry);

/// What was done at a node that was cut off: the item that could not be merged, and why.
void write_deed(json_writer& json, const alarm::v1::HandledInOutage& deed) {
  json.member("why", deed.why());
  json.key("deed");
  json.begin_object();
  board::write_time(json, "at", deed.entry().at_us());
  json.member("type", alarm::name_of(deed.entry().body_case()));
  write_actor(json, deed.entry().actor());
  json.member("node", deed.entry().node());
  if (!deed.entry().has_handled_in_outage()) write_body(json, deed.entry());
  json.end_object();
}

/// What people and their teams do.
void write_deed_body(json_writer& json, const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kReleased:
      return json.member("reason", release_reason(entry.released().reason()));
    case Entry::kTakenOver:
      return json.member("from_user", entry.taken_over().from_user());
    case Entry::kNoteAdded:
      return json.member("text", entry.note_added().text());
    case Entry::kStepTicked:
      json.member("step", entry.step_ticked().step());
      return json.member("done", entry.step_ticked().done());
    case Entry::kVisitOffered:
      return write_offer(json, entry.visit_offered().visit());
    case Entry::kVisitMoved:
      return write_move(json, entry.visit_moved());
    case Entry::kVisitOverdue:
      return json.member("visit", entry.visit_overdue().visit());
    case Entry::kClosed:
      json.key("outcome");
      return write_outcome(json, entry.closed().outcome());
    case Entry::kReopened:
      return json.member("reason", entry.reopened().reason());
    case Entry::kHandledInOutage:
      return write_deed(json, entry.handled_in_outage());
    default:
      return;
  }
}

void write_body(json_writer& json, const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kCaseOpened:
      json.member("list", alarm::name_of(entry.case_opened().list()));
      return write_urgency(json, entry.case_opened());
    case Entry::kAlarmJoined:
      return write_urgency(json, entry.alarm_joined());
    case Entry::kAlarmCleared:
      json.member("kind", alarm::name_of(entry.alarm_cleared().kind()));
      json.key("signal");
      return write_signal(json, entry.alarm_cleared().signal());
    case Entry::kSignalRecorded:
      return write_recorded(json, entry.signal_recorded());
    case Entry::kReleased:
    case Entry::kTakenOver:
    case Entry::kNoteAdded:
    case Entry::kStepTicked:
    case Entry::kVisitOffered:
    case Entry::kVisitMoved:
    case Entry::kVisitOverdue:
    case Entry::kClosed:
    case Entry::kReopened:
    case Entry::kHandledInOutage:
      return write_deed_body(json, entry);
    default:
      return write_rule_body(json, entry);
  }
}

}  // namespace

void write_history_item(json_writer& json, const Entry& entry) {
  json.begin_object();
  json.member("version", entry.version());
  board::write_time(json, "at", entry.at_us());
  json.member("type", alarm::name_of(entry.body_case()));
  write_actor(json, entry.actor());
  if (entry.merged_at_us() != 0) board::write_time(json, "merged_at", entry.merged_at_us());
  json.member("trace", entry.trace());
  write_body(json, entry);
  json.end_object();
}

}  // namespace varde::desk
