// The part of histories that rules write: what was held, tested, escalated, moved to another list
// or found to be one outage.
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "board/visit_json.hpp"
#include "desk/history_json.hpp"
#include "desk/rules_json.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Entry;
using base::json_writer;

void write_held_signal(json_writer& json, const alarm::v1::Held& held) {
  json.member("kind", alarm::name_of(held.kind()));
  json.member("lane", alarm::lane_name(held.lane()));
  json.member("lane_reason", held.lane_reason());
  board::write_time(json, "until", held.until_us());
  write_rule(json, "by", held.by());
  json.key("signal");
  write_signal(json, held.signal());
}

std::string_view hold_end(alarm::v1::HoldEnd how) {
  switch (how) {
    case alarm::v1::HOLD_END_RESTORED:
      return "restored";
    case alarm::v1::HOLD_END_EXPIRED:
      return "expired";
    case alarm::v1::HOLD_END_RELEASED:
      return "released";
    default:
      return "unspecified";
  }
}

void write_hold_end(json_writer& json, const alarm::v1::HoldEnded& ended) {
  json.member("reason", hold_end(ended.how()));
  json.member("held_signal", ended.held_signal());
  if (!ended.has_signal()) return;
  json.key("signal");
  write_signal(json, ended.signal());
}

void write_test_started(json_writer& json, const alarm::v1::TestMode& test) {
  json.member("device", test.device());
  json.key("kinds");
  json.begin_array();
  for (const auto kind : test.kinds())
    json.value(alarm::name_of(static_cast<alarm::v1::Kind>(kind)));
  json.end_array();
  board::write_time(json, "until", test.until_us());
}

void write_escalated(json_writer& json, const alarm::v1::Escalated& escalated) {
  json.member("level", escalated.step().step());
  json.member("of", escalated.step().of());
  json.member("to", escalated.step().to());
  json.member("to_name", escalated.step().to_name());
  write_rule(json, "by", escalated.by());
}

void write_outage_change(json_writer& json, const alarm::v1::OutageChanged& change) {
  json.member("parent", change.parent());
  json.member("joined", change.joined_size());
  json.member("back", change.back_size());
  write_rule(json, "by", change.by());
  json.key("outage");
  write_outage(json, change.summary());
}

}  // namespace

void write_rule_body(json_writer& json, const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kSignalHeld:
      return write_held_signal(json, entry.signal_held().held());
    case Entry::kHoldEnded:
      return write_hold_end(json, entry.hold_ended());
    case Entry::kTestStarted:
      return write_test_started(json, entry.test_started().test());
    case Entry::kTestEnded:
      json.member("device", entry.test_ended().device());
      return json.member("expired", entry.test_ended().expired());
    case Entry::kAbsenceStarted:
      json.member("reason", entry.absence_started().absence().reason());
      return board::write_time(json, "until", entry.absence_started().absence().until_us());
    case Entry::kAbsenceEnded:
      return json.member("expired", entry.absence_ended().expired());
    case Entry::kCheckDone:
      json.member("rule", entry.check_done().rule());
      return json.member("note", entry.check_done().note());
    case Entry::kRequeued:
      json.member("reason", entry.requeued().reason());
      return json.member("from_user", entry.requeued().from_user());
    case Entry::kEscalated:
      return write_escalated(json, entry.escalated());
    case Entry::kMovedToList:
      json.member("list", alarm::name_of(entry.moved_to_list().list()));
      return write_rule(json, "by", entry.moved_to_list().by());
    case Entry::kResidentIdentified:
      json.member("resident", entry.resident_identified().resident());
      return json.member("name", entry.resident_identified().name());
    case Entry::kOutageChanged:
      return write_outage_change(json, entry.outage_changed());
    case Entry::kOutageReached:
      json.member("subject", entry.outage_reached().subject());
      return json.member("how", entry.outage_reached().how());
    default:
      return;
  }
}

}  // namespace varde::desk
