// The list's routes, and test mode's.
#include "desk/devices.hpp"

#include <algorithm>
#include <span>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "http/problem.hpp"
#include "registry/binding.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

using alarm::v1::Command;
using http::json_fields;
using refusal = std::optional<http::response>;

/// Longest test mode that can be asked for; the municipality's own bound may be lower.
constexpr std::uint64_t test_minutes_max = 24 * 60;
constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t us_per_minute = 60 * us_per_second;
/// Kinds one test can name.
constexpr std::size_t kinds_max = 16;

http::response wrong_value(std::string_view detail) {
  return http::problem(400, "bad_value", "A value is wrong", detail);
}

/// Comma-separated names of kinds.
bool add_kinds(std::string_view names, alarm::v1::TestMode& test) {
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    const auto kind = alarm::kind_named(names.substr(0, comma));
    if (!kind || static_cast<std::size_t>(test.kinds_size()) == kinds_max) return false;
    test.add_kinds(*kind);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return true;
}

/// What is asked for: the trouble, a municipality, or devices by the beginning of their number.
struct list_question {
  std::optional<device_trouble> trouble;
  std::optional<std::string> municipality;
  std::string beginning;
};

std::optional<list_question> parse_question(const http::request& in) {
  list_question out;
  if (const auto state = in.query_value("state")) {
    out.trouble = trouble_named(*state);
    if (!out.trouble) return std::nullopt;
  }
  if (const auto municipality = in.query_value("municipality")) out.municipality = *municipality;
  out.beginning = in.query_value("find").value_or("");
  return out;
}

std::string text_of(std::span<const device_row> rows, std::size_t left_out) {
  const auto now = base::wall_now();
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("left_out", left_out);
  json.key("devices");
  json.begin_array();
  for (const auto& row : rows) write_row(json, row, now);
  json.end_array();
  json.end_object();
  return text;
}

}  // namespace

void devices::add_routes() {
  parts_.routes.route(http::method::get, "/api/v1/devices",
                      [this](const http::exchange_pointer& e) { list(e); });
  const auto find = [this](std::string_view id) { return subject_of(id); };
  // Whose device it is, is known by now; which one, the registry says again.
  const auto wire_id = [this](const http::request& in) {
    const auto named = locate_subject(in.parameter("id"));
    const auto set =
        named ? parts_.directory.current()->municipality(named->municipality) : nullptr;
    const auto device = set ? set->device(named->subject) : registry::device_record{};
    return device ? std::string{device->wire_id()} : std::string{};
  };
  const std::string path = "/api/v1/devices/{id}/test";
  acting_.add(http::method::post, path, "start_test", find,
              [wire_id](Command& command, const http::request& in, json_fields& fields) -> refusal {
                auto& test = *command.mutable_start_test()->mutable_test();
                test.set_device(wire_id(in));
                test.set_by(command.actor().name());
                const auto minutes = fields.number("minutes").value_or(0);
                const auto kinds = fields.text("kinds", {0, 400});
                if (fields.wrong()) return fields.wrong();
                if (minutes > test_minutes_max) return wrong_value("minutes: at most 1440.");
                if (!add_kinds(kinds, test))
                  return wrong_value("kinds: names of kinds with commas, at most 16.");
                if (minutes > 0)
                  test.set_until_us(base::to_us(base::wall_now()) +
                                    static_cast<std::int64_t>(minutes) * us_per_minute);
                return std::nullopt;
              });
  acting_.add(http::method::delete_, path, "stop_test", find,
              [wire_id](Command& command, const http::request& in, json_fields&) -> refusal {
                command.mutable_stop_test()->set_device(wire_id(in));
                return std::nullopt;
              });
}

std::optional<subject_place> devices::subject_of(std::string_view device_id) const {
  const auto named = locate_subject(device_id);
  if (!named) return std::nullopt;
  const auto all = parts_.directory.current();
  const auto set = all->municipality(named->municipality);
  const auto device = set ? set->device(named->subject) : registry::device_record{};
  if (!device) return std::nullopt;
  return subject_place{
      named->municipality,
      registry::bind(*all, device->protocol(), device->wire_id(), {}).subject.str()};
}

/// The longest in trouble first, each with when it was last heard.
void devices::answer(const http::exchange_pointer& e, std::vector<device_row>& rows,
                     const registry::view& all) const {
  std::ranges::stable_sort(rows, {}, &device_row::since_us);
  const auto left_out = rows.size() > list_max ? rows.size() - list_max : 0;
  rows.resize(rows.size() - left_out);
  for (auto& row : rows) row.heard_us = us_per_second * parts_.last_heard(number_of(row, all));
  e->answer(http::json_response(text_of(rows, left_out)));
}

void devices::list(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const auto question = parse_question(e->in());
  if (!question)
    return e->answer(wrong_value("state: offline, battery, mains, fault, noisy or test."));
  std::vector<std::string> seen(who->account->municipalities().begin(),
                                who->account->municipalities().end());
  for (const auto& id : seen)
    parts_.audit.record({trail_of(parts_.directory, id), who->account->user(), "list_devices",
                         "done", "", e->in().remote, ""});
  if (registry::may_see_case(*who->account, alarm::centre)) seen.emplace_back(alarm::centre);
  if (question->municipality)
    std::erase_if(seen, [&](const auto& id) { return id != *question->municipality; });

  const auto all = parts_.directory.current();
  std::vector<device_row> rows;
  if (!question->beginning.empty()) {
    for (const auto& id : seen)
      if (const auto set = all->municipality(id))
        add_found(rows, set, *all, question->beginning, found_max);
    return answer(e, rows, *all);
  }
  for (const auto& c : parts_.watch.now().open_cases())
    if (std::ranges::find(seen, c->municipality()) != seen.end()) add_rows(rows, c, *all);
  parts_.gateway.waiting(std::move(seen), [this, e, question, all, rows = std::move(rows)](
                                              std::vector<board::subject_pointer> found) mutable {
    parts_.web.post(
        [this, e, question, all, rows = std::move(rows), found = std::move(found)]() mutable {
          for (const auto& state : found) add_rows(rows, state, *all);
          if (question->trouble)
            std::erase_if(rows, [&](const auto& row) { return row.trouble != *question->trouble; });
          answer(e, rows, *all);
        });
  });
}

}  // namespace varde::desk
