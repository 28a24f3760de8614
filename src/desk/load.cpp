// Reckoning when something changed, telling it, and moving what can wait.
#include "desk/load.hpp"

#include <algorithm>
#include <set>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "base/trace.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Case;
using alarm::v1::WorkList;

/// Of the digest that makes a command's id out of the case and its version.
constexpr std::size_t id_digits = 40;

bool can_wait(const Case& c) {
  const bool low = c.lane() == alarm::v1::LANE_CARE && c.low();
  return (low || c.lane() == alarm::v1::LANE_TECHNICAL) && !c.has_outage();
}

void write_figures(base::json_writer& json, const load_figures& figures) {
  json.member("cases", figures.cases);
  json.member("operators", figures.operators);
  json.member("per_operator", figures.per_operator);
  json.member("flood", figures.flood);
}

}  // namespace

load::load(desk_parts& parts) : parts_{parts}, pace_{parts.web, interval, [this] { reckon(); }} {
  parts_.watch.on_changes([this](const board::change_batch& batch) {
    for (const auto& change : batch) reckoning_.take(*change.now);
    pace_.ask();
  });
}

void load::add_routes() {
  parts_.routes.route(http::method::get, "/api/v1/load",
                      [this](const http::exchange_pointer& e) { get(e); });
}

void load::get(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  reckon();
  e->answer(http::json_response('{' + members_for([&](std::string_view municipality) {
                                  return registry::may_see_case(*who->account, municipality);
                                }) +
                                '}'));
}

std::string load::members_for(
    const std::function<bool(std::string_view municipality)>& sees) const {
  std::map<std::string, std::size_t, std::less<>> put_off;
  for (const auto& c : parts_.watch.now().open_cases())
    if (is_shed(*c)) ++put_off[c->municipality()];
  const auto all = parts_.directory.current();
  std::string text;
  base::json_writer json{text};
  json.member("window_s", std::chrono::seconds{load_reckoning::window}.count());
  json.key("centre");
  json.begin_object();
  write_figures(json, reckoning_.centre());
  json.end_object();
  json.key("municipalities");
  json.begin_array();
  for (const auto& [id, figures] : reckoning_.municipalities()) {
    const auto set = all->municipality(id);
    if (!set || !sees(id)) continue;
    json.begin_object();
    json.member("id", id);
    json.member("name", set->municipality().name());
    write_figures(json, figures);
    json.member("shed_to", alarm::name_of(set->policy().load().shed_to()));
    json.member("partner", set->policy().load().partner());
    json.member("shed", put_off[id]);
    json.end_object();
  }
  json.end_array();
  return text;
}

void load::reckon() {
  std::set<std::string, std::less<>> shed_in;
  for (const auto& c : parts_.watch.now().open_cases())
    if (is_shed(*c)) shed_in.insert(c->municipality());
  std::vector<load_reckoning::municipality> all;
  for (const auto& set : parts_.directory.current()->municipalities()) {
    const auto bound = set->policy().load().flood_cases();
    all.push_back({set->id(), bound != 0 ? bound : load_reckoning::flood_cases_default,
                   shed_in.contains(set->id())});
  }
  std::vector<std::vector<std::string>> operators;
  const auto now = base::wall_now();
  for (const auto& account : parts_.accounts.seen_since(now - present_for))
    if (account->role() == registry::v1::ROLE_OPERATOR)
      operators.emplace_back(account->municipalities().begin(), account->municipalities().end());
  const auto everybody = [](std::string_view) { return true; };
  const auto before = members_for(everybody);
  reckoning_.reckon(base::to_us(now), all, operators);
  measure("all", reckoning_.centre());
  for (const auto& [id, figures] : reckoning_.municipalities()) measure(id, figures);
  if (listener_ && members_for(everybody) != before) listener_();
  shed();
}

void load::measure(const std::string& name, const load_figures& figures) {
  auto at = gauges_.find(name);
  if (at == gauges_.end()) {
    const auto make = [&](std::string metric, std::string help) -> base::gauge& {
      return parts_.metrics.make_gauge(std::move(metric), std::move(help),
                                       {{"municipality", name}});
    };
    at = gauges_
             .emplace(
                 name,
                 gauges{
                     make("varde_load_cases", "Cases that came to the operators in ten minutes"),
                     make("varde_load_operators", "Operators who are there"),
                     make("varde_load_flood", "1 while more comes to each than EEMUA 191 allows")})
             .first;
  }
  at->second.cases.set(static_cast<std::int64_t>(figures.cases));
  at->second.operators.set(static_cast<std::int64_t>(figures.operators));
  at->second.flood.set(figures.flood ? 1 : 0);
}

void load::shed() {
  const auto all = parts_.directory.current();
  const auto& loads = reckoning_.municipalities();
  std::size_t moved = 0;
  for (const auto& c : parts_.watch.now().open_cases()) {
    if (moved == moved_max) return;
    if (c->state() != alarm::v1::CASE_STATE_OPEN || !can_wait(*c)) continue;
    const auto set = all->municipality(c->municipality());
    const auto figures = loads.find(c->municipality());
    if (!set || figures == loads.end()) continue;
    const auto to = set->policy().load().shed_to();
    const bool flood = figures->second.flood && to != alarm::v1::WORK_LIST_OPERATORS;
    const bool waits_here = c->list() == alarm::v1::WORK_LIST_OPERATORS;
    // What a person has moved stays where they put it.
    if (flood && waits_here && moved_by(*c) != by_hand_rule)
      move(*c, to, flood_rule, set->policy());
    else if (!flood && is_shed(*c))
      move(*c, alarm::v1::WORK_LIST_OPERATORS, flood_over_rule, set->policy());
    else
      continue;
    ++moved;
  }
}

/// Its id is made from what was seen, so that several nodes that decide alike move it once.
void load::move(const Case& c, WorkList list, std::string_view rule,
                const registry::v1::Policy& policy) {
  alarm::v1::Command command;
  command.set_id("load-" +
                 base::sha256_hex(c.id() + '@' + std::to_string(c.version()) + std::string{rule})
                     .substr(0, id_digits));
  command.set_municipality(c.municipality());
  command.set_subject(c.subject());
  command.set_case_id(c.id());
  command.set_seen_version(c.version());
  command.set_trace(base::new_trace());
  command.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_SYSTEM);
  command.mutable_actor()->set_user("system");
  auto& body = *command.mutable_move_to_list();
  body.set_list(list);
  auto& by = *body.mutable_by();
  by.set_rule(std::string{rule});
  if (list == alarm::v1::WORK_LIST_PARTNER) by.set_reason(policy.load().partner());
  by.set_policy_version(policy.version());
  by.set_at_us(base::to_us(base::wall_now()));
  // A refusal means that the case has changed; the next reckoning sees what it is now.
  parts_.gateway.submit(std::move(command), [](const board::command_result&) {});
}

}  // namespace varde::desk
