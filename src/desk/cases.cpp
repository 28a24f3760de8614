// Lists come from the board in memory; a single case adds its resident's card and what the ledger
// knows of it.
#include "desk/cases.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "alarm/fold.hpp"
#include "alarm/lifecycle.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "desk/history_json.hpp"
#include "http/problem.hpp"
#include "registry/card_json.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Case;
using alarm::v1::CaseState;

struct list_question {
  std::set<CaseState> states;
  std::optional<std::string> municipality;
  std::optional<alarm::v1::WorkList> list;  // nullopt: all
  std::size_t limit = cases::list_max;
};

bool add_states(std::string_view names, std::set<CaseState>& into) {
  using namespace alarm::v1;
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    const auto name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    if (name == "active") {
      into.insert({CASE_STATE_OPEN, CASE_STATE_CLAIMED, CASE_STATE_DISPATCHED});
      continue;
    }
    bool known = false;
    for (const auto state :
         {CASE_STATE_OPEN, CASE_STATE_CLAIMED, CASE_STATE_DISPATCHED, CASE_STATE_CLOSED})
      if (alarm::name_of(state) == name) {
        into.insert(state);
        known = true;
      }
    if (!known) return false;
  }
  return !into.empty();
}

std::optional<list_question> parse_question(const http::request& in) {
  list_question out;
  if (!add_states(in.query_value("state").value_or("active"), out.states)) return std::nullopt;
  const auto list = in.query_value("list").value_or("all");
  out.list = alarm::work_list_named(list);
  if (!out.list && list != "all") return std::nullopt;
  if (const auto municipality = in.query_value("municipality")) out.municipality = *municipality;
  if (const auto limit = in.query_value("limit")) {
    const auto [rest, failed] =
        std::from_chars(limit->data(), limit->data() + limit->size(), out.limit);
    if (failed != std::errc{} || rest != limit->data() + limit->size()) return std::nullopt;
    if (out.limit < 1 || out.limit > cases::list_max) return std::nullopt;
  }
  return out;
}

/// The residents a case is about: one, those of the household, or none.
std::vector<registry::resident_record> residents_of(const registry::set_view* set, const Case& c) {
  if (!set) return {};
  if (const auto id = alarm::resident_of(c.subject())) {
    const auto resident = set->resident(*id);
    if (!resident) return {};
    return {resident};
  }
  if (const auto id = alarm::household_of(c.subject())) return set->residents_of(*id);
  return {};
}

}  // namespace

/// One reading of one case.
struct cases::reading {
  http::exchange_pointer e;
  registry::session_holder who;
  std::string id;

  void audit(desk_parts& parts, std::string_view municipality, std::string_view result) const {
    parts.audit.record({trail_of(parts.directory, municipality), who.account->user(), "read_case",
                        std::string{result}, id, e->in().remote, ""});
  }
};

void cases::add_routes() {
  parts_.routes.route(http::method::get, "/api/v1/cases",
                      [this](const http::exchange_pointer& e) { list(e); });
  parts_.routes.route(http::method::get, "/api/v1/cases/{id}",
                      [this](const http::exchange_pointer& e) { get(e); });
}

void cases::list(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const auto question = parse_question(e->in());
  if (!question)
    return e->answer(
        http::problem(400, "bad_value", "A query value is wrong",
                      "state: open, claimed, dispatched, closed or active; list: operators, "
                      "technicians, tests, later, partner or all; limit: 1 to 1000."));

  std::string text = "{\"cases\":[";
  std::size_t count = 0;
  const auto add = [&](const std::vector<board::case_pointer>& some) {
    for (const auto& c : some) {
      if (count == question->limit) return;
      if (!question->states.contains(c->state())) continue;
      if (question->list && *question->list != c->list()) continue;
      if (question->municipality && *question->municipality != c->municipality()) continue;
      if (!registry::may_see_case(*who->account, c->municipality())) continue;
      if (count++ > 0) text += ',';
      text += *texts_.text_of(*c);
    }
  };
  add(parts_.watch.now().open_cases());
  if (question->states.contains(alarm::v1::CASE_STATE_CLOSED))
    add(parts_.watch.now().closed_cases());
  text += "]}";
  for (const auto& id : who->account->municipalities())
    parts_.audit.record({trail_of(parts_.directory, id), who->account->user(), "list_cases", "done",
                         "", e->in().remote, ""});
  e->answer(http::json_response(std::move(text)));
}

void cases::get(const http::exchange_pointer& e) {
  auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const reading r{e, std::move(*who), std::string{e->in().parameter("id")}};
  const auto at = alarm::locate(r.id);
  if (!at) return e->answer(http::not_found_problem());
  if (!registry::may_see_case(*r.who.account, at->municipality.str())) {
    r.audit(parts_, at->municipality.str(), "denied");
    return e->answer(http::not_found_problem());
  }
  const auto c = parts_.watch.now().find(r.id);
  const bool cut_off = parts_.watch.condition().island_since.has_value();
  if (!c && cut_off) return r.e->answer(command_problem({}, {}));
  if (!c) return get_closed_long_ago(r, *at);
  // Cut off from the ledger there is nothing to wait for: the board has what matters now.
  if (cut_off) return answer_case(r, *c, nullptr);

  const auto newest = std::max(c->version(), at->opened_version);
  const auto oldest =
      newest - at->opened_version < history_max ? at->opened_version : newest - history_max + 1;
  const auto still = std::make_shared<bool>(true);
  // An outage is only known once Redis has been silent for a while; nobody waits so long for a
  // case.
  parts_.web.after(history_wait, [this, r, c, still] {
    if (std::exchange(*still, false)) answer_case(r, *c, nullptr);
  });
  parts_.history(c->municipality(), c->subject(), oldest, newest,
                 [this, r, c, still](const base::result<std::vector<alarm::v1::Entry>>& entries) {
                   if (!std::exchange(*still, false)) return;
                   answer_case(r, *c, entries ? &*entries : nullptr);
                 });
}

/// The board has forgotten it; the ledger never does.
void cases::get_closed_long_ago(const reading& r, const alarm::case_location& at) {
  constexpr auto newest = std::numeric_limits<std::uint64_t>::max();
  parts_.history(at.municipality.str(), at.subject.str(), 1, newest,
                 [this, r](const base::result<std::vector<alarm::v1::Entry>>& entries) {
                   if (!entries) return r.e->answer(command_problem({}, {}));
                   alarm::v1::SubjectState state;
                   std::optional<Case> found;
                   for (const auto& entry : *entries) {
                     alarm::apply(state, entry);
                     if (const auto* c = alarm::find_case(state, r.id)) found = *c;
                   }
                   if (!found) return r.e->answer(http::not_found_problem());
                   answer_case(r, *found, &*entries);
                 });
}

void cases::answer_case(const reading& r, const Case& c,
                        const std::vector<alarm::v1::Entry>* entries) {
  const auto now = base::wall_now();
  const auto all = parts_.directory.current();
  const auto set = all->municipality(c.municipality());
  const auto residents = residents_of(set.get(), c);
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  write_case_members(json, c, *all, parts_.centre_name, now);
  json.key("resident");
  alarm::resident_of(c.subject()) && !residents.empty()
      ? registry::write_resident(json, *set, residents[0], now)
      : json.null();
  json.key("residents");
  json.begin_array();
  for (const auto& resident : residents) registry::write_resident(json, *set, resident, now);
  json.end_array();
  json.key("related");
  json.begin_array();
  for (const auto& other : parts_.watch.now().of_subject(c.municipality(), c.subject()))
    if (other->id() != c.id()) json.raw(*texts_.text_of(*other));
  json.end_array();
  json.key("history");
  json.begin_array();
  if (entries)
    for (const auto& entry : *entries)
      if (entry.case_id() == c.id()) write_history_item(json, entry);
  json.end_array();
  json.member("history_available", entries != nullptr);
  json.end_object();
  r.audit(parts_, c.municipality(), "done");
  r.e->answer(http::json_response(std::move(text)));
}

}  // namespace varde::desk
