// Writing decisions, escalations and what waits or was suppressed.
#include "desk/rules_json.hpp"

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "board/visit_json.hpp"

namespace varde::desk {

using base::json_writer;

namespace {

void write_escalation(json_writer& json, const alarm::v1::EscalationDone& step) {
  json.begin_object();
  json.member("step", step.step());
  json.member("of", step.of());
  json.member("to", step.to());
  json.member("to_name", step.to_name());
  board::write_time(json, "at", step.at_us());
  json.end_object();
}

/// Held and suppressed signals alike: what it would have been.
template <class Waiting>
void write_would_be(json_writer& json, const Waiting& w) {
  json.key("signal");
  write_signal(json, w.signal());
  json.member("kind", alarm::name_of(w.kind()));
  json.member("lane", alarm::lane_name(w.lane()));
  json.member("lane_reason", w.lane_reason());
  write_rule(json, "by", w.by());
}

}  // namespace

void write_rule(json_writer& json, const alarm::v1::RuleNote& rule) {
  json.begin_object();
  json.member("rule", rule.rule());
  json.member("reason", rule.reason());
  json.member("policy_version", rule.policy_version());
  board::write_time(json, "at", rule.at_us());
  json.end_object();
}

void write_rule(json_writer& json, std::string_view name, const alarm::v1::RuleNote& rule) {
  json.key(name);
  rule.rule().empty() && rule.reason().empty() ? json.null() : write_rule(json, rule);
}

void write_outage(json_writer& json, const alarm::v1::OutageSummary& outage) {
  json.begin_object();
  json.member("parent", outage.parent());
  json.member("devices_total", outage.devices_total());
  json.member("devices_down", outage.devices_down());
  json.member("devices_back", outage.devices_back());
  json.member("residents_down", outage.residents_down());
  json.member("residents_reached", outage.residents_reached());
  board::write_time(json, "began_at", outage.began_at_us());
  json.member("over", outage.over());
  json.end_object();
}

void write_rule_members(json_writer& json, const alarm::v1::Case& c) {
  json.member("list", alarm::name_of(c.list()));
  json.key("decisions");
  json.begin_array();
  for (const auto& decision : c.decisions()) write_rule(json, decision);
  json.end_array();
  json.key("escalations");
  json.begin_array();
  for (const auto& step : c.escalations()) write_escalation(json, step);
  json.end_array();
  json.member("asks_who", c.asks_who());
  json.key("identified");
  if (c.resident().empty()) {
    json.null();
  } else {
    json.begin_object();
    json.member("id", c.resident());
    json.member("name", c.resident_name());
    json.end_object();
  }
  json.member("cognitive_impairment", c.cognitive_impairment());
  json.member("absent", c.absent());
  json.member("requeued_reason", c.requeued_reason());
  json.key("outage");
  c.has_outage() ? write_outage(json, c.outage()) : json.null();
}

void write_held(json_writer& json, const alarm::v1::Held& held) {
  json.begin_object();
  write_would_be(json, held);
  board::write_time(json, "until", held.until_us());
  json.end_object();
}

void write_suppressed(json_writer& json, const alarm::v1::Suppressed& suppressed) {
  json.begin_object();
  write_would_be(json, suppressed);
  json.member("in_case", suppressed.in_case());
  json.end_object();
}

void write_signal(json_writer& json, const alarm::v1::Signal& s) {
  json.begin_object();
  json.member("signal_id", s.id());
  json.member("protocol", s.protocol());
  json.member("device", s.device());
  json.member("device_type", s.device_type());
  json.member("status", s.status());
  json.member("location", s.location());
  json.member("location_text", s.location_text());
  json.member("text", s.text());
  json.member("sensor", s.sensor());
  json.key("position");
  s.has_position() ? board::write_position(json, s.position()) : json.null();
  board::write_time(json, "occurred_at",
                    s.occurred_at_us() != 0 ? s.occurred_at_us() : s.received_at_us());
  board::write_time(json, "received_at", s.received_at_us());
  json.end_object();
}

}  // namespace varde::desk
