// From a request to a command for the core, and back.
#include "desk/subject_commands.hpp"

#include "alarm/ids.hpp"
#include "base/trace.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "http/problem.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

struct subject_commands::asked {
  http::exchange_pointer e;
  std::string name;
  subject_place place;
  alarm::v1::Command command;
};

void subject_commands::add(http::method verb, std::string path, std::string name, filler fill) {
  add(verb, std::move(path), std::move(name), &locate_subject, std::move(fill));
}

void subject_commands::add(http::method verb, std::string path, std::string name, finder find,
                           filler fill) {
  parts_.routes.route(
      verb, std::move(path),
      [this, name = std::move(name), find = std::move(find),
       fill = std::move(fill)](const http::exchange_pointer& e) { take(e, name, find, fill); });
}

void subject_commands::take(const http::exchange_pointer& e, const std::string& name,
                            const finder& find, const filler& fill) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!registry::may_take_next(*who->account)) {
    parts_.audit.record({std::string{alarm::centre}, who->account->user(), name, "not_your_role",
                         "", e->in().remote, ""});
    return e->answer(not_your_role());
  }
  const auto place = find(e->in().parameter("id"));
  if (!place) return e->answer(http::not_found_problem());

  const auto a = std::make_shared<asked>(asked{e, name, *place, {}});
  auto& command = a->command;
  command.set_municipality(place->municipality);
  command.set_subject(place->subject);
  *command.mutable_actor() = actor_of(*who, e->in().remote);
  command.set_trace(base::new_trace());
  if (!registry::may_see_case(*who->account, place->municipality)) {
    audit(*a, "denied");
    return e->answer(http::not_found_problem());
  }
  if (!is_known(*parts_.directory.current(), *place)) return e->answer(http::not_found_problem());
  auto key = http::read_idempotency_key(e->in());
  if (key.wrong) return e->answer(std::move(*key.wrong));
  command.set_id(std::move(key.value));
  http::json_fields fields{e->in().body};
  if (fields.wrong()) return e->answer(*fields.wrong());
  if (auto wrong = fill(command, e->in(), fields)) return e->answer(std::move(*wrong));
  if (!registry::may_command(*who->account, place->municipality, command.body_case())) {
    audit(*a, "denied");
    return e->answer(http::not_found_problem());
  }
  parts_.gateway.submit(command, [this, a](board::command_result result) {
    parts_.web.post([this, a, result = std::move(result)] { finish(a, result); });
  });
}

void subject_commands::finish(const std::shared_ptr<asked>& a,
                              const board::command_result& result) {
  audit(*a, audit_result(result));
  if (result.status != board::command_status::done &&
      result.status != board::command_status::repeated)
    return a->e->answer(command_problem(result, {}));
  parts_.gateway.look(
      a->place.municipality, a->place.subject, [this, a](board::subject_pointer state) {
        parts_.web.post([this, a, state = std::move(state)] {
          std::string text;
          base::json_writer json{text};
          write_subject_state(json, a->place, state ? *state : alarm::v1::SubjectState{},
                              *parts_.directory.current(), base::wall_now());
          a->e->answer(http::json_response(std::move(text)));
        });
      });
}

void subject_commands::audit(const asked& a, std::string_view result) {
  parts_.audit.record({trail_of(parts_.directory, a.place.municipality), a.command.actor().user(),
                       a.name, std::string{result}, name_of(a.place), a.e->in().remote,
                       a.command.trace()});
}

}  // namespace varde::desk
