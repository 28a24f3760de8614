// Writing visits, times and positions.
#include "board/visit_json.hpp"

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "base/time.hpp"

namespace varde::board {

unsigned priority_of(const alarm::v1::Case& c) {
  switch (alarm::lane_index(c.lane())) {
    case 0:
      return 1;
    case 1:
      return c.low() ? 3 : 2;
    default:
      return 4;
  }
}

void write_time(base::json_writer& json, std::string_view name, std::int64_t at_us) {
  json.key(name);
  at_us == 0 ? json.null() : json.value(base::to_rfc3339(base::from_us(at_us)));
}

void write_position(base::json_writer& json, const alarm::v1::Position& position) {
  json.begin_object();
  json.member("latitude", position.latitude_deg());
  json.member("longitude", position.longitude_deg());
  json.member("accuracy_m", position.accuracy_m());
  write_time(json, "at", position.at_us());
  json.end_object();
}

void write_visit_members(base::json_writer& json, std::string_view case_id,
                         const alarm::v1::Visit& visit) {
  json.member("id", visit.id());
  json.member("case", case_id);
  json.member("team", visit.team());
  json.member("team_name", visit.team_name());
  json.member("state", alarm::name_of(visit.state()));
  json.member("responder", visit.responder());
  json.member("responder_name", visit.responder_name());
  json.member("message", visit.message());
  json.member("reason", visit.reason());
  json.member("note", visit.note());
  json.member("overdue", visit.overdue());
  write_time(json, "offered_at", visit.offered_at_us());
  write_time(json, "accepted_at", visit.accepted_at_us());
  write_time(json, "en_route_at", visit.en_route_at_us());
  write_time(json, "on_site_at", visit.on_site_at_us());
  write_time(json, "ended_at", visit.ended_at_us());
}

}  // namespace varde::board
