// The operators' commands.
#include "desk/commands.hpp"

#include <optional>
#include <utility>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "base/trace.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "desk/history_json.hpp"
#include "desk/load_reckoning.hpp"
#include "http/problem.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Command;
using http::json_fields;
using refusal = std::optional<http::response>;

/// Changes shown to one whose command was stale.
constexpr std::uint64_t changes_max = 200;

http::response version_required() {
  return http::problem(428, "version_required", "Say which version of the case you saw",
                       "In the body as version, or in If-Match.");
}

http::response outcome_required(std::string_view detail) {
  return http::problem(422, "outcome_required", "An outcome with its kind and cause is required",
                       detail);
}

std::optional<alarm::v1::OutcomeKind> outcome_kind(std::string_view name) {
  using namespace alarm::v1;
  for (const auto kind :
       {OUTCOME_KIND_REAL, OUTCOME_KIND_FALSE, OUTCOME_KIND_TEST, OUTCOME_KIND_TECHNICAL})
    if (alarm::name_of(kind) == name) return kind;
  return std::nullopt;
}

refusal fill_note(Command& command, json_fields& fields) {
  command.mutable_note()->set_text(fields.text("text", {1, 4'000}));
  return fields.wrong();
}

refusal fill_step(Command& command, json_fields& fields) {
  auto& tick = *command.mutable_tick_step();
  tick.set_step(fields.text("step", {1, 64}));
  tick.set_done(fields.flag("done"));
  return fields.wrong();
}

refusal fill_recall(Command& command, json_fields& fields) {
  auto& recall = *command.mutable_recall();
  recall.set_visit(fields.text("visit", {1, 200}));
  recall.set_reason(fields.text("reason", {0, 1'000}));
  return fields.wrong();
}

refusal fill_close(Command& command, json_fields& fields) {
  auto given = fields.object("outcome");
  auto& outcome = *command.mutable_close()->mutable_outcome();
  const auto kind = outcome_kind(given.text("kind", {0, 32}));
  outcome.set_cause(given.text("cause", {0, 64}));
  outcome.set_action(given.text("action", {0, 64}));
  outcome.set_note(given.text("note", {0, 4'000}));
  if (given.wrong()) return given.wrong();
  if (!kind) return outcome_required("kind: real, false, test or technical.");
  if (outcome.cause().empty()) return outcome_required("cause: a code, as unintended_press.");
  outcome.set_kind(*kind);
  return std::nullopt;
}

refusal fill_list(Command& command, json_fields& fields) {
  const auto list = alarm::work_list_named(fields.text("list", {1, 32}));
  const auto reason = fields.text("reason", {0, 1'000});
  if (fields.wrong()) return fields.wrong();
  if (!list)
    return http::problem(400, "bad_value", "A field is wrong",
                         "list: operators, technicians, tests, later or partner.");
  command.mutable_move_to_list()->set_list(*list);
  auto& by = *command.mutable_move_to_list()->mutable_by();
  by.set_rule(std::string{by_hand_rule});
  by.set_reason(reason);
  by.set_at_us(base::to_us(base::wall_now()));
  return std::nullopt;
}

refusal fill_reached(Command& command, json_fields& fields) {
  auto& reached = *command.mutable_mark_reached();
  reached.set_subject(fields.text("subject", {1, 100}));
  reached.set_how(fields.text("how", {0, 200}));
  return fields.wrong();
}

}  // namespace

void commands::add_routes() {
  add("claim", [](Command& c, json_fields&) { return c.mutable_claim(), refusal{}; });
  add("release", [](Command& c, json_fields&) {
    c.mutable_release()->set_reason(alarm::v1::RELEASE_REASON_OPERATOR);
    return refusal{};
  });
  add("takeover", [](Command& c, json_fields&) { return c.mutable_takeover(), refusal{}; });
  add("note", fill_note);
  add("step", fill_step);
  add("dispatch", [this](Command& c, json_fields& fields) { return fill_dispatch(c, fields); });
  add("recall", fill_recall);
  add("close", fill_close);
  add("list", fill_list);
  add("identify", [this](Command& c, json_fields& fields) { return fill_identify(c, fields); });
  add("reached", fill_reached);
  parts_.routes.route(http::method::post, "/api/v1/queue/next",
                      [this](const http::exchange_pointer& e) { take_next(e); });
}

void commands::add(std::string name, filler fill) {
  const std::string path = "/api/v1/cases/{id}/" + name;
  parts_.routes.route(http::method::post, path,
                      [this, name = std::move(name), fill = std::move(fill)](
                          const http::exchange_pointer& e) { take(e, name, fill); });
}

refusal commands::fill_dispatch(Command& command, json_fields& fields) {
  auto& dispatch = *command.mutable_dispatch();
  dispatch.set_team(fields.text("team", {1, 64}));
  dispatch.set_message(fields.text("message", {0, 1'000}));
  if (fields.wrong()) return fields.wrong();
  const auto set = parts_.directory.current()->municipality(command.municipality());
  const auto* team = set ? set->team(dispatch.team()) : nullptr;
  if (!team) return http::problem(422, "no_such_team", "The municipality has no such team");
  dispatch.set_team_name(team->name());
  return std::nullopt;
}

/// Somebody of the household, or whoever the municipality knows at a device without an owner.
refusal commands::fill_identify(Command& command, json_fields& fields) {
  auto& who = *command.mutable_identify_resident();
  who.set_resident(fields.text("resident", {1, 64}));
  if (fields.wrong()) return fields.wrong();
  const auto set = parts_.directory.current()->municipality(command.municipality());
  const auto resident = set ? set->resident(who.resident()) : registry::resident_record{};
  const auto household = alarm::household_of(command.subject());
  if (!resident || (household && resident->household() != *household))
    return http::problem(422, "no_such_resident", "Nobody of that id lives there");
  who.set_name(std::string{resident->name()});
  return std::nullopt;
}

void commands::take(const http::exchange_pointer& e, const std::string& name, const filler& fill) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!registry::may_take_next(*who->account)) {
    parts_.audit.record({std::string{alarm::centre}, who->account->user(), name, "not_your_role",
                         "", e->in().remote, ""});
    return e->answer(not_your_role());
  }
  const auto at = alarm::locate(e->in().parameter("id"));
  if (!at) return e->answer(http::not_found_problem());

  const auto a = std::make_shared<asked>(asked{e, name, {}});
  Command& command = a->command;
  command.set_municipality(at->municipality.str());
  command.set_subject(at->subject.str());
  command.set_case_id(std::string{e->in().parameter("id")});
  *command.mutable_actor() = actor_of(*who, e->in().remote);
  command.set_trace(base::new_trace());
  if (!registry::serves(*who->account, at->municipality.str()) &&
      at->municipality.str() != alarm::centre) {
    audit(a, "denied");
    return e->answer(http::not_found_problem());
  }
  auto key = http::read_idempotency_key(e->in());
  if (key.wrong) return e->answer(std::move(*key.wrong));
  command.set_id(std::move(key.value));
  json_fields fields{e->in().body};
  const auto seen = fields.number("version");
  if (fields.wrong()) return e->answer(*fields.wrong());
  const auto version = seen ? seen : http::if_match_version(e->in());
  if (!version || *version == 0) return e->answer(version_required());
  command.set_seen_version(*version);
  if (auto wrong = fill(command, fields)) return e->answer(std::move(*wrong));
  if (!registry::may_command(*who->account, command.municipality(), command.body_case())) {
    audit(a, "denied");
    return e->answer(http::not_found_problem());
  }
  parts_.gateway.submit(command,
                        hop([this, a](const board::command_result& result) { finish(a, result); }));
}

void commands::take_next(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!registry::may_take_next(*who->account)) return e->answer(not_your_role());
  auto key = http::read_idempotency_key(e->in());
  if (key.wrong) return e->answer(std::move(*key.wrong));

  const auto a = std::make_shared<asked>(asked{e, "take_next", {}});
  a->command.set_municipality(std::string{alarm::centre});
  *a->command.mutable_actor() = actor_of(*who, e->in().remote);
  a->command.set_trace(base::new_trace());
  board::next_request request;
  request.id = std::move(key.value);
  request.municipalities.assign(who->account->municipalities().begin(),
                                who->account->municipalities().end());
  request.municipalities.emplace_back(alarm::centre);
  request.actor = a->command.actor();
  request.trace = a->command.trace();
  parts_.gateway.take_next(std::move(request), hop([this, a](const board::command_result& result) {
                             if (result.status == board::command_status::not_found)
                               return a->e->answer(http::no_content());
                             if (result.now) {
                               a->command.set_case_id(result.now->id());
                               a->command.set_municipality(result.now->municipality());
                             }
                             finish(a, result);
                           }));
}

std::function<void(board::command_result)> commands::hop(
    std::function<void(const board::command_result&)> handle) {
  return [&web = parts_.web, handle = std::move(handle)](board::command_result result) {
    web.post([handle, result = std::move(result)] { handle(result); });
  };
}

void commands::finish(const asked_pointer& a, const board::command_result& result) {
  using board::command_status;
  audit(a, audit_result(result));
  const bool carried_out =
      result.status == command_status::done || result.status == command_status::repeated;
  if (carried_out && result.now)
    return a->e->answer(http::json_response(*texts_.text_of(*result.now)));
  if (result.status == command_status::stale && result.now) return explain_stale(a, result);
  std::string members;
  if (result.now) members = "\"current\":" + *texts_.text_of(*result.now);
  a->e->answer(command_problem(result, members));
}

/// Tells what has changed since; without the ledger at least what the case is now.
void commands::explain_stale(const asked_pointer& a, const board::command_result& result) {
  const auto now = result.now;
  const auto newest = now->version();
  const auto seen = std::min(a->command.seen_version(), newest);
  const auto oldest = newest - seen > changes_max ? newest - changes_max + 1 : seen + 1;
  parts_.history(now->municipality(), now->subject(), oldest, newest,
                 [this, a, result](const base::result<std::vector<alarm::v1::Entry>>& entries) {
                   std::string members =
                       "\"current\":" + *texts_.text_of(*result.now) + ",\"changes\":";
                   base::json_writer json{members};
                   json.begin_array();
                   if (entries)
                     for (const auto& entry : *entries)
                       if (entry.case_id() == result.now->id()) write_history_item(json, entry);
                   json.end_array();
                   a->e->answer(command_problem(result, members));
                 });
}

void commands::audit(const asked_pointer& a, std::string_view result) {
  parts_.audit.record({trail_of(parts_.directory, a->command.municipality()),
                       a->command.actor().user(), a->name, std::string{result},
                       a->command.case_id(), a->e->in().remote, a->command.trace()});
}

}  // namespace varde::desk
