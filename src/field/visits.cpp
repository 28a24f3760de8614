// A step is idempotent and never goes back: the same step again is answered with the visit as it
// stands, an earlier one than the visit has reached is refused by the core.
#include "field/visits.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "base/json_writer.hpp"
#include "base/trace.hpp"
#include "field/visit_json.hpp"
#include "http/problem.hpp"
#include "registry/rights.hpp"

namespace varde::field {

namespace {

using alarm::v1::VisitState;
using board::command_status;

struct step_row {
  std::string_view path;
  VisitState to;
};
constexpr std::array steps{
    step_row{"accept", alarm::v1::VISIT_STATE_ACCEPTED},
    step_row{"decline", alarm::v1::VISIT_STATE_DECLINED},
    step_row{"en-route", alarm::v1::VISIT_STATE_EN_ROUTE},
    step_row{"on-site", alarm::v1::VISIT_STATE_ON_SITE},
    step_row{"done", alarm::v1::VISIT_STATE_DONE},
};

http::response not_your_role() {
  return http::problem(403, "not_your_role", "Your role does not include this");
}

/// nullopt if a name is no state. Empty: every state, with those that ended lately.
std::optional<std::set<VisitState>> parse_states(std::string_view names) {
  using namespace alarm::v1;
  std::set<VisitState> out;
  if (names == "all") return out;
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    const auto name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    bool known = name == "active";
    for (int number = VISIT_STATE_OFFERED; number <= VISIT_STATE_RECALLED; ++number) {
      const auto state = static_cast<VisitState>(number);
      if (name == "active" ? alarm::has_ended(state) : alarm::name_of(state) != name) continue;
      out.insert(state);
      known = true;
    }
    if (!known) return std::nullopt;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

bool is_shown(const alarm::v1::Visit& visit, const std::set<VisitState>& states,
              base::wall_time now) {
  if (!states.empty() && !states.contains(visit.state())) return false;
  return !alarm::has_ended(visit.state()) || base::from_us(visit.ended_at_us()) > now - ended_shown;
}

/// What the body says, into the command; a problem if it isn't whole.
std::optional<http::response> fill(alarm::v1::Command& command, const http::request& in) {
  auto& move = *command.mutable_move_visit();
  http::json_fields fields{in.body};
  const std::size_t reason_min = move.state() == alarm::v1::VISIT_STATE_DECLINED ? 1 : 0;
  if (reason_min > 0) move.set_reason(fields.text("reason", {reason_min, 1'000}));
  if (move.state() == alarm::v1::VISIT_STATE_DONE) move.set_note(fields.text("note", {0, 4'000}));
  const auto device_time = fields.text("device_time", {0, 40});
  const auto version = fields.number("version");
  if (fields.wrong()) return fields.wrong();
  command.set_seen_version(version.value_or(http::if_match_version(in).value_or(0)));
  if (device_time.empty()) return std::nullopt;
  const auto at = base::from_rfc3339(device_time);
  if (!at)
    return http::problem(400, "bad_value", "A field is missing or wrong",
                         "device_time: must be RFC 3339");
  move.set_device_time_us(base::to_us(*at));
  return std::nullopt;
}

http::response step_problem(const board::command_result& result) {
  switch (result.status) {
    case command_status::stale:
      return http::problem(409, "stale", "The case has changed since you saw it");
    case command_status::not_found:
      return http::not_found_problem();
    case command_status::refused:
      if (result.code == "visit_state")
        return http::problem(409, result.code, "The visit has come further or has ended");
      if (result.code == "not_yours")
        return http::problem(409, result.code, "Someone else has taken the visit");
      return http::problem(409, result.code.empty() ? "refused" : result.code,
                           "The visit does not allow it");
    default:
      break;
  }
  auto out = http::problem(503, result.code.empty() ? "unavailable" : result.code,
                           "The server could not do it now",
                           "Nothing is lost; try again with the same Idempotency-Key.");
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

std::string_view audit_result(const board::command_result& result) {
  switch (result.status) {
    case command_status::done:
      return "done";
    case command_status::repeated:
      return "repeated";
    case command_status::stale:
      return "stale";
    case command_status::refused:
      return result.code;
    case command_status::not_found:
      return "not_found";
    default:
      return "unavailable";
  }
}

}  // namespace

void visits::add_routes() {
  parts_.routes.route(http::method::get, "/api/v1/visits",
                      [this](const http::exchange_pointer& e) { list(e); });
  for (const auto& step : steps)
    parts_.routes.route(http::method::post, "/api/v1/visits/{id}/" + std::string{step.path},
                        [this, to = step.to](const http::exchange_pointer& e) { move(e, to); });
  parts_.routes.route(http::method::post, "/api/v1/visits/{id}/access-code",
                      [this](const http::exchange_pointer& e) { show_code(e); });
}

void visits::list(const http::exchange_pointer& e) {
  const auto who = parts_.admit(e);
  if (!who) return;
  if (who->account->role() == registry::v1::ROLE_CENTRE_ADMINISTRATOR)
    return e->answer(not_your_role());
  const auto states = parse_states(e->in().query_value("state").value_or("active"));
  if (!states)
    return e->answer(http::problem(400, "bad_value", "A query value is wrong",
                                   "state: visit states, active or all."));

  const auto all = parts_.directory.current();
  const auto now = base::wall_now();
  std::vector<found> shown;
  const auto gather = [&](const std::vector<board::case_pointer>& some) {
    for (const auto& c : some)
      for (const auto& visit : c->visits())
        if (is_shown(visit, *states, now) &&
            registry::may_see_visit(*who->account, c->municipality(), visit.team()))
          shown.push_back({c, &visit});
  };
  gather(parts_.watch.now().open_cases());
  gather(parts_.watch.now().closed_cases());
  std::ranges::sort(shown, {}, [](const found& f) { return f.visit->offered_at_us(); });

  std::string text = "{\"visits\":[";
  for (const auto& f : shown) {
    if (&f != &shown.front()) text += ',';
    append_visit(text, *f.in, *f.visit, *all, parts_.centre_phone, now);
    parts_.audit.record({f.in->municipality(), who->account->user(), "read_visit", "done",
                         f.visit->id(), e->in().remote, ""});
  }
  text += "]}";
  e->answer(http::json_response(std::move(text)));
}

std::optional<visits::found> visits::find(std::string_view id) const {
  const auto case_id = alarm::case_of_visit(id);
  auto c = case_id ? parts_.watch.now().find(*case_id) : nullptr;
  const auto* visit = c ? alarm::find_visit(*c, id) : nullptr;
  if (!visit) return std::nullopt;
  return found{std::move(c), visit};
}

void visits::move(const http::exchange_pointer& e, VisitState to) {
  auto who = parts_.admit(e);
  if (!who) return;
  if (who->account->role() != registry::v1::ROLE_RESPONDER) return e->answer(not_your_role());
  const auto f = find(e->in().parameter("id"));
  if (!f) return e->answer(http::not_found_problem());
  if (!registry::may_move_visit(*who->account, f->in->municipality(), f->visit->team())) {
    audit(e, *who, f->in->municipality(), "move_visit", "denied");
    return e->answer(http::not_found_problem());
  }
  auto key = http::read_idempotency_key(e->in());
  if (key.wrong) return e->answer(std::move(*key.wrong));

  const auto a = std::make_shared<asked>(asked{e, *who, {}});
  auto& command = a->command;
  command.set_id(std::move(key.value));
  command.set_municipality(f->in->municipality());
  command.set_subject(f->in->subject());
  command.set_case_id(f->in->id());
  command.set_trace(base::new_trace());
  auto& actor = *command.mutable_actor();
  actor.set_kind(alarm::v1::ACTOR_KIND_RESPONDER);
  actor.set_user(who->account->user());
  actor.set_name(who->account->name());
  actor.set_origin(e->in().remote);
  command.mutable_move_visit()->set_visit(f->visit->id());
  command.mutable_move_visit()->set_state(to);
  if (auto wrong = fill(command, e->in())) return e->answer(std::move(*wrong));
  parts_.gateway.submit(command, [this, a](board::command_result result) {
    parts_.web.post([this, a, result = std::move(result)] { finish(a, result); });
  });
}

void visits::finish(const asked_pointer& a, const board::command_result& result) {
  audit(a->e, a->who, a->command.municipality(), alarm::name_of(a->command.move_visit().state()),
        audit_result(result));
  const auto* visit =
      result.now ? alarm::find_visit(*result.now, a->command.move_visit().visit()) : nullptr;
  const bool carried_out =
      result.status == command_status::done || result.status == command_status::repeated;
  const bool there_already = visit && visit->state() == a->command.move_visit().state() &&
                             visit->responder() == a->command.actor().user();
  if (visit && (carried_out || there_already)) return answer_visit(a->e, *result.now, *visit);
  a->e->answer(step_problem(result));
}

void visits::show_code(const http::exchange_pointer& e) {
  const auto who = parts_.admit(e);
  if (!who) return;
  const bool responder = who->account->role() == registry::v1::ROLE_RESPONDER;
  if (!responder && who->account->role() != registry::v1::ROLE_OPERATOR)
    return e->answer(not_your_role());
  const auto f = find(e->in().parameter("id"));
  if (!f) return e->answer(http::not_found_problem());
  const auto& municipality = f->in->municipality();
  const bool may = registry::may_read_access_code(*who->account, municipality, f->visit->team()) &&
                   (!responder || f->visit->responder() == who->account->user()) &&
                   !alarm::has_ended(f->visit->state()) &&
                   f->visit->state() != alarm::v1::VISIT_STATE_OFFERED;
  if (!may) {
    audit(e, *who, municipality, "read_access_code", "denied");
    return e->answer(http::not_found_problem());
  }
  const auto set = parts_.directory.current()->municipality(municipality);
  std::string code;
  if (const auto id = alarm::resident_of(f->in->subject()); set && id) {
    if (const auto resident = set->resident(*id)) code = set->access_of(resident).key_box_code();
  } else if (const auto household_id = alarm::household_of(f->in->subject()); set && household_id) {
    if (const auto home = set->household(*household_id))
      code = home->whole().access().key_box_code();
  }
  if (code.empty()) return e->answer(http::not_found_problem());
  audit(e, *who, municipality, "read_access_code", "done");
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("code", code);
  json.end_object();
  e->answer(http::json_response(std::move(text)));
}

void visits::answer_visit(const http::exchange_pointer& e, const alarm::v1::Case& c,
                          const alarm::v1::Visit& visit) {
  std::string text;
  append_visit(text, c, visit, *parts_.directory.current(), parts_.centre_phone, base::wall_now());
  e->answer(http::json_response(std::move(text)));
}

void visits::audit(const http::exchange_pointer& e, const registry::session_holder& who,
                   std::string_view municipality, std::string_view action,
                   std::string_view result) {
  parts_.audit.record({std::string{municipality}, who.account->user(), std::string{action},
                       std::string{result}, std::string{e->in().parameter("id")}, e->in().remote,
                       ""});
}

}  // namespace varde::field
