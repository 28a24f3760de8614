// Looking at subjects, and the commands about them.
#include "desk/subjects.hpp"

#include "alarm/ids.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "desk/rules_json.hpp"
#include "http/problem.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Command;
using http::json_fields;
using http::method;
using http::request;
using refusal = std::optional<http::response>;

http::response wrong_value(std::string_view detail) {
  return http::problem(400, "bad_value", "A field is wrong", detail);
}

refusal fill_release(Command& command, const request& in, json_fields&) {
  command.mutable_release_hold()->set_signal(std::string{in.parameter("signal")});
  return std::nullopt;
}

refusal fill_raise(Command& command, const request& in, json_fields&) {
  command.mutable_raise_suppressed()->set_signal(std::string{in.parameter("signal")});
  return std::nullopt;
}

/// A time that may be left out, as microseconds; 0 if it is.
std::optional<std::int64_t> time_given(json_fields& fields, std::string_view name) {
  const auto text = fields.text(name, {0, 40});
  if (text.empty()) return 0;
  const auto at = base::from_rfc3339(text);
  return at ? std::optional{base::to_us(*at)} : std::nullopt;
}

refusal fill_absence(Command& command, const request&, json_fields& fields) {
  if (!alarm::resident_of(command.subject())) return wrong_value("Only a resident can be away.");
  auto& absence = *command.mutable_start_absence()->mutable_absence();
  absence.set_reason(fields.text("reason", {1, 200}));
  const auto since_us = time_given(fields, "since");
  const auto until_us = time_given(fields, "until");
  if (fields.wrong()) return fields.wrong();
  absence.set_by(command.actor().name());
  if (!since_us) return wrong_value("since: a time, in RFC 3339.");
  const auto now_us = base::to_us(base::wall_now());
  if (!until_us || (*until_us != 0 && *until_us <= std::max(now_us, *since_us)))
    return wrong_value("until: a time to come and after since, in RFC 3339.");
  absence.set_since_us(*since_us);
  absence.set_until_us(*until_us);
  return std::nullopt;
}

refusal fill_return(Command& command, const request&, json_fields&) {
  return command.mutable_end_absence(), std::nullopt;
}

refusal fill_check(Command& command, const request& in, json_fields& fields) {
  auto& checked = *command.mutable_mark_checked();
  checked.set_rule(std::string{in.parameter("rule")});
  checked.set_note(fields.text("note", {0, 1'000}));
  return fields.wrong();
}

void write_held_of(base::json_writer& json, const alarm::v1::SubjectState& state,
                   const registry::view& all, base::wall_time now) {
  const auto set = all.municipality(state.municipality());
  for (const auto& held : state.held()) {
    json.begin_object();
    json.member("id", name_of(subject_place{state.municipality(), state.subject()}));
    json.member("municipality", state.municipality());
    json.key("subject");
    write_subject(json, state.subject(), held.signal().device(), set.get(), now);
    json.key("held");
    write_held(json, held);
    json.end_object();
  }
}

}  // namespace

void subjects::add_routes() {
  parts_.routes.route(method::get, "/api/v1/held",
                      [this](const http::exchange_pointer& e) { held(e); });
  const std::string one = "/api/v1/subjects/{id}";
  parts_.routes.route(method::get, one, [this](const http::exchange_pointer& e) { get(e); });
  acting_.add(method::post, one + "/held/{signal}/release", "release_hold", &fill_release);
  acting_.add(method::post, one + "/suppressed/{signal}/raise", "raise_suppressed", &fill_raise);
  acting_.add(method::post, one + "/absence", "start_absence", &fill_absence);
  acting_.add(method::delete_, one + "/absence", "end_absence", &fill_return);
  acting_.add(method::post, one + "/checks/{rule}", "mark_checked", &fill_check);
}

void subjects::held(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  std::vector<std::string> seen(who->account->municipalities().begin(),
                                who->account->municipalities().end());
  for (const auto& id : seen)
    parts_.audit.record({trail_of(parts_.directory, id), who->account->user(), "list_held", "done",
                         "", e->in().remote, ""});
  if (registry::may_see_case(*who->account, alarm::centre)) seen.emplace_back(alarm::centre);
  parts_.gateway.waiting(std::move(seen), [this, e](std::vector<board::subject_pointer> found) {
    parts_.web.post([this, e, found = std::move(found)] {
      const auto all = parts_.directory.current();
      std::string text;
      base::json_writer json{text};
      json.begin_object();
      json.key("held");
      json.begin_array();
      for (const auto& state : found) write_held_of(json, *state, *all, base::wall_now());
      json.end_array();
      json.end_object();
      e->answer(http::json_response(std::move(text)));
    });
  });
}

void subjects::get(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const auto place = locate_subject(e->in().parameter("id"));
  if (!place) return e->answer(http::not_found_problem());
  const auto audit = [&](std::string_view result) {
    parts_.audit.record({trail_of(parts_.directory, place->municipality), who->account->user(),
                         "read_subject", std::string{result}, name_of(*place), e->in().remote, ""});
  };
  if (!registry::may_see_case(*who->account, place->municipality)) {
    audit("denied");
    return e->answer(http::not_found_problem());
  }
  if (!is_known(*parts_.directory.current(), *place)) return e->answer(http::not_found_problem());
  audit("done");
  parts_.gateway.look(
      place->municipality, place->subject, [this, e, at = *place](board::subject_pointer state) {
        parts_.web.post([this, e, at, state = std::move(state)] {
          if (!state) return e->answer(command_problem({}, {}));
          std::string text;
          base::json_writer json{text};
          write_subject_state(json, at, *state, *parts_.directory.current(), base::wall_now());
          e->answer(http::json_response(std::move(text)));
        });
      });
}

}  // namespace varde::desk
