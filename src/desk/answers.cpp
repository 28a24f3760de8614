// Problems and actors.
#include "desk/answers.hpp"

#include <array>

#include "alarm/ids.hpp"
#include "http/problem.hpp"

namespace varde::desk {

namespace {

using board::command_status;

struct refusal_row {
  std::string_view code;
  unsigned status;
  std::string_view title;
};
constexpr std::array refusals{
    refusal_row{"already_claimed", 409, "Someone has the case already"},
    refusal_row{"not_claimed", 409, "Nobody has the case"},
    refusal_row{"not_owner", 409, "The case is someone else's"},
    refusal_row{"closed", 409, "The case is closed"},
    refusal_row{"already_dispatched", 409, "This team has a visit on the case already"},
    refusal_row{"visit_under_way", 409, "A visit is under way"},
    refusal_row{"visit_state", 409, "The visit has come further or has ended"},
    refusal_row{"not_yours", 409, "The visit is someone else's"},
    refusal_row{"life_stays", 409, "A life case stays with the operators"},
    refusal_row{"already_there", 409, "It stands on that list already"},
    refusal_row{"not_asked", 409, "Nobody asks who it is"},
    refusal_row{"no_outage", 409, "The case is no outage"},
    refusal_row{"needs_visit", 422,
                "No answer is never OK here: somebody must have met the resident"},
    refusal_row{"too_long", 422, "Longer than the municipality allows"},
    refusal_row{"already_over", 422, "It would be over before it began"},
    refusal_row{"no_such_rule", 422, "The municipality has no such rule"},
    refusal_row{"no_such_resident", 422, "Nobody of that id lives there"},
    refusal_row{"not_waiting", 409, "Nothing waits for that any more"},
    refusal_row{"no_such_signal", 422, "No such signal is held or was suppressed here"},
    refusal_row{"no_such_step", 422, "The case has no such step"},
    refusal_row{"no_such_visit", 422, "The case has no such visit"},
    refusal_row{"outcome_required", 422, "An outcome with its cause is required"},
};

http::response unavailable(std::string_view code) {
  auto out =
      http::problem(503, code.empty() ? "unavailable" : code, "The server could not do it now",
                    "Nothing is lost; try again with the same Idempotency-Key.");
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

http::response refused(std::string_view code, std::string_view members) {
  for (const auto& row : refusals)
    if (row.code == code) return http::problem(row.status, code, row.title, {}, members);
  return http::problem(409, code.empty() ? "refused" : code,
                       "The state of the case does not allow it", {}, members);
}

}  // namespace

alarm::v1::Actor actor_of(const registry::session_holder& who, std::string_view origin) {
  alarm::v1::Actor actor;
  switch (who.account->role()) {
    case registry::v1::ROLE_OPERATOR:
      actor.set_kind(alarm::v1::ACTOR_KIND_OPERATOR);
      break;
    case registry::v1::ROLE_RESPONDER:
      actor.set_kind(alarm::v1::ACTOR_KIND_RESPONDER);
      break;
    default:
      actor.set_kind(alarm::v1::ACTOR_KIND_ADMINISTRATOR);
      break;
  }
  actor.set_user(who.account->user());
  actor.set_name(who.account->name());
  actor.set_origin(std::string{origin});
  return actor;
}

bool works_at_desk(const registry::v1::Account& account) {
  return account.role() == registry::v1::ROLE_OPERATOR ||
         account.role() == registry::v1::ROLE_MUNICIPALITY_ADMINISTRATOR;
}

http::response not_your_role() {
  return http::problem(403, "not_your_role", "Your role does not include this");
}

std::string trail_of(const registry::directory& directory, std::string_view municipality) {
  return std::string{directory.current()->municipality(municipality) ? municipality
                                                                     : alarm::centre};
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
      return result.code.empty() ? "refused" : std::string_view{result.code};
    case command_status::not_found:
      return "not_found";
    case command_status::unavailable:
      return "unavailable";
  }
  return "unavailable";
}

http::response command_problem(const board::command_result& result, std::string_view members) {
  switch (result.status) {
    case command_status::stale:
      return http::problem(409, "stale", "The case has changed since you saw it", {}, members);
    case command_status::refused:
      return refused(result.code, members);
    case command_status::not_found:
      return http::not_found_problem();
    default:
      return unavailable(result.code);
  }
}

}  // namespace varde::desk
