// Writing cases. Names and addresses come from the registry at the moment of writing; the case
// itself holds ids.
#include "desk/case_json.hpp"

#include "alarm/ids.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "board/visit_json.hpp"
#include "desk/rules_json.hpp"
#include "desk/subject_json.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Case;
using base::json_writer;

std::string_view called(const Case& c) {
  if (c.has_outage()) return c.outage().parent();
  return c.alarms().empty() ? std::string_view{} : std::string_view{c.alarms(0).device()};
}

void write_alarm(json_writer& json, const alarm::v1::Alarm& a) {
  json.begin_object();
  json.member("signal_id", a.signal_id());
  json.member("device", a.device());
  json.member("protocol", a.protocol());
  json.member("kind", alarm::name_of(a.kind()));
  board::write_time(json, "occurred_at",
                    a.occurred_at_us() != 0 ? a.occurred_at_us() : a.received_at_us());
  board::write_time(json, "received_at", a.received_at_us());
  board::write_time(json, "last_received_at",
                    a.last_received_at_us() != 0 ? a.last_received_at_us() : a.received_at_us());
  json.member("count", a.count());
  json.member("lane", alarm::lane_name(a.lane()));
  json.member("device_type", a.device_type());
  json.member("status", a.status());
  json.member("location", a.location());
  json.member("location_text", a.location_text());
  json.member("text", a.text());
  json.member("sensor", a.sensor());
  json.key("position");
  a.has_position() ? board::write_position(json, a.position()) : json.null();
  json.member("cleared", a.cleared());
  json.member("late", a.late());
  json.member("trace", a.trace());
  json.end_object();
}

void write_step(json_writer& json, const alarm::v1::Step& step) {
  json.begin_object();
  json.member("id", step.id());
  json.member("action", alarm::name_of(step.action()));
  json.member("text", step.text());
  json.member("target", step.target());
  json.member("done", step.done());
  json.member("done_by", step.done_by());
  board::write_time(json, "done_at", step.done_at_us());
  json.end_object();
}

void write_deed(json_writer& json, const alarm::v1::OutageDeed& deed) {
  json.begin_object();
  json.member("user", deed.user());
  json.member("name", deed.name());
  json.member("node", deed.node());
  json.member("what", deed.what());
  board::write_time(json, "at", deed.at_us());
  board::write_time(json, "merged_at", deed.merged_at_us());
  json.member("why", deed.why());
  json.member("note", deed.note());
  json.end_object();
}

void write_owner(json_writer& json, const Case& c) {
  if (!c.has_owner()) return json.null();
  json.begin_object();
  json.member("user", c.owner().user());
  json.member("name", c.owner().name());
  board::write_time(json, "since", c.owner().since_us());
  json.end_object();
}

template <class List, class Write>
void write_list(json_writer& json, std::string_view name, const List& list, Write write) {
  json.key(name);
  json.begin_array();
  for (const auto& element : list) write(element);
  json.end_array();
}

}  // namespace

void write_outcome(json_writer& json, const alarm::v1::Outcome& outcome) {
  json.begin_object();
  json.member("kind", alarm::name_of(outcome.kind()));
  json.member("cause", outcome.cause());
  json.member("action", outcome.action());
  json.member("note", outcome.note());
  json.member("with_visit", outcome.with_visit());
  json.end_object();
}

void write_case_members(json_writer& json, const Case& c, const registry::view& all,
                        std::string_view centre_name, base::wall_time now) {
  const auto set = all.municipality(c.municipality());
  json.member("id", c.id());
  json.member("version", c.version());
  json.member("municipality", c.municipality());
  json.member("municipality_name", set ? std::string_view{set->municipality().name()}
                                   : c.municipality() == alarm::centre
                                       ? centre_name
                                       : std::string_view{c.municipality()});
  json.key("subject");
  write_subject(json, c.subject(), called(c), set.get(), now);
  json.member("lane", alarm::lane_name(c.lane()));
  json.member("priority", board::priority_of(c));
  json.member("lane_reason", c.lane_reason());
  json.member("state", alarm::name_of(c.state()));
  json.member("kind", alarm::name_of(c.kind()));
  json.key("owner");
  write_owner(json, c);
  board::write_time(json, "opened_at", c.opened_at_us());
  board::write_time(json, "queued_at", c.queued_at_us());
  board::write_time(json, "waiting_since",
                    c.state() == alarm::v1::CASE_STATE_OPEN ? c.queued_at_us() : 0);
  json.member("attention", c.attention());
  json.member("cleared", c.cleared());
  json.member("late", c.late());
  json.member("signal_count", c.signal_count());
  json.member("repeats_24h", c.repeats_24h());
  json.member("released_reason", c.released_reason());
  json.member("reopened_reason", c.reopened_reason());
  write_list(json, "alarms", c.alarms(), [&](const auto& a) { write_alarm(json, a); });
  write_list(json, "visits", c.visits(), [&](const auto& v) {
    json.begin_object();
    board::write_visit_members(json, c.id(), v);
    json.end_object();
  });
  write_list(json, "steps", c.steps(), [&](const auto& s) { write_step(json, s); });
  json.key("outcome");
  c.has_outcome() ? write_outcome(json, c.outcome()) : json.null();
  board::write_time(json, "closed_at", c.closed_at_us());
  json.member("closed_by", c.closed_by());
  write_rule_members(json, c);
  write_list(json, "outage_deeds", c.outage_deeds(), [&](const auto& d) { write_deed(json, d); });
}

std::shared_ptr<const std::string> case_texts::text_of(const Case& c) {
  if (const auto now = directory_.generation(); now != generation_) {
    generation_ = now;
    all_ = directory_.current();
    texts_.clear();
  }
  if (texts_.size() > kept_max) texts_.clear();
  auto& held = texts_[c.id()];
  if (held.text && held.version == c.version()) return held.text;
  std::string text;
  json_writer json{text};
  json.begin_object();
  write_case_members(json, c, *all_, centre_name_, base::wall_now());
  json.end_object();
  held = {c.version(), std::make_shared<const std::string>(std::move(text))};
  return held.text;
}

}  // namespace varde::desk
