// Reading the registry over HTTP; each card that is read is in the audit trail.
#include "desk/registry_routes.hpp"

#include "alarm/ids.hpp"
#include "base/json_writer.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "http/problem.hpp"
#include "registry/card_json.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

void registry_routes::add_routes() {
  parts_.routes.route(http::method::get, "/api/v1/residents/{id}",
                      [this](const http::exchange_pointer& e) { resident(e); });
  parts_.routes.route(http::method::get, "/api/v1/teams",
                      [this](const http::exchange_pointer& e) { teams(e); });
}

void registry_routes::resident(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const auto municipality = e->in().query_value("municipality");
  if (!municipality)
    return e->answer(
        http::problem(400, "bad_value", "A query value is missing", "municipality is needed."));

  const std::string id{e->in().parameter("id")};
  const auto audit = [&](std::string_view where, std::string_view result) {
    parts_.audit.record({std::string{where}, who->account->user(), "read_resident",
                         std::string{result}, alarm::resident_subject(id).str(), e->in().remote,
                         ""});
  };
  const auto set = parts_.directory.current()->municipality(*municipality);
  if (!registry::may_read_resident(*who->account, *municipality) || !set) {
    audit(set ? *municipality : alarm::centre, "denied");
    return e->answer(http::not_found_problem());
  }
  const auto found = set->resident(id);
  if (!found) return e->answer(http::not_found_problem());
  std::string text;
  base::json_writer json{text};
  registry::write_resident(json, *set, found, base::wall_now());
  audit(*municipality, "done");
  e->answer(http::json_response(std::move(text)));
}

void registry_routes::teams(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const auto only = e->in().query_value("municipality");
  if (only && !registry::may_read_teams(*who->account, *only)) {
    parts_.audit.record({std::string{alarm::centre}, who->account->user(), "list_teams", "denied",
                         "", e->in().remote, ""});
    return e->answer(http::not_found_problem());
  }
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.key("teams");
  json.begin_array();
  const auto all = parts_.directory.current();
  for (const auto& set : all->municipalities()) {
    if (only ? *only != set->id() : !registry::may_read_teams(*who->account, set->id())) continue;
    for (const auto& team : set->teams()) {
      json.begin_object();
      json.member("id", team.id());
      json.member("name", team.name());
      json.member("municipality", set->id());
      json.member("phone", team.phone());
      json.end_object();
    }
  }
  json.end_array();
  json.end_object();
  e->answer(http::json_response(std::move(text)));
}

}  // namespace varde::desk
