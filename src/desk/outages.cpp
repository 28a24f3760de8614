// Ordering and writing the people of an outage.
#include "desk/outages.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "alarm/ids.hpp"
#include "board/visit_json.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "desk/rules_json.hpp"
#include "desk/subject_json.hpp"
#include "http/problem.hpp"
#include "registry/card_json.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

using alarm::v1::OutageChild;
using alarm::v1::OutageState;
using base::json_writer;

constexpr unsigned old_age = 80;

struct page {
  std::size_t offset = 0;
  std::size_t limit = outages::page_default;
};

bool read_number(const http::request& in, std::string_view name, std::size_t& into) {
  const auto text = in.query_value(name);
  if (!text) return true;
  const auto [rest, failed] = std::from_chars(text->data(), text->data() + text->size(), into);
  return failed == std::errc{} && rest == text->data() + text->size();
}

std::optional<page> page_of(const http::request& in) {
  page out;
  if (!read_number(in, "offset", out.offset) || !read_number(in, "limit", out.limit))
    return std::nullopt;
  if (out.limit < 1 || out.limit > outages::page_max) return std::nullopt;
  return out;
}

/// The people behind a subject: one, or those of the household.
std::vector<registry::resident_record> people_of(const registry::set_view* set,
                                                 std::string_view subject) {
  if (!set) return {};
  if (const auto id = alarm::household_of(subject)) return set->residents_of(*id);
  const auto id = alarm::resident_of(subject);
  const auto resident = id ? set->resident(*id) : registry::resident_record{};
  if (!resident) return {};
  return {resident};
}

void write_device(json_writer& json, const OutageChild& child) {
  json.begin_object();
  json.member("id", child.device_name());
  json.member("wire_id", child.device());
  json.member("protocol", child.protocol());
  json.member("silent", child.silent());
  board::write_time(json, "down_since", child.down_since_us());
  json.end_object();
}

/// What of everybody at the subject matters in an outage.
void write_needs(json_writer& json, const registry::set_view* set, std::string_view subject) {
  const auto people = people_of(set, subject);
  json.member("phone", people.empty() ? std::string_view{} : people[0].phone());
  json.key("depends_on_power");
  json.begin_array();
  for (const auto& one : people) {
    const auto person = one.whole();
    for (const auto& need : person.depends_on_power()) json.value(need);
  }
  json.end_array();
  const auto any = [&](auto has) { return std::ranges::any_of(people, has); };
  json.member("lives_alone", any([](const auto& one) { return one.lives_alone(); }));
  json.member("cognitive_impairment",
              any([](const auto& one) { return one.cognitive_impairment(); }));
}

void write_person(json_writer& json, const outage_person& person, const registry::set_view* set,
                  base::wall_time now) {
  json.begin_object();
  json.member("id", person.subject);
  json.key("subject");
  write_subject(json, person.subject, person.devices[0]->device(), set, now);
  write_needs(json, set, person.subject);
  json.member("vulnerability", person.vulnerability);
  board::write_time(json, "down_since", person.down_since_us);
  board::write_time(json, "reached_at", person.reached_at_us);
  json.member("reached_by", person.devices[0]->reached_by());
  json.member("reached_how", person.devices[0]->reached_how());
  json.key("devices");
  json.begin_array();
  for (const auto* child : person.devices) write_device(json, *child);
  json.end_array();
  json.end_object();
}

std::string outage_text(const alarm::v1::Case& c, const OutageState* outage,
                        const registry::set_view* set, page wanted) {
  const auto now = base::wall_now();
  const auto people = outage ? people_in(*outage, set, now) : std::vector<outage_person>{};
  std::string text;
  json_writer json{text};
  json.begin_object();
  json.member("case", c.id());
  json.member("version", c.version());
  json.key("summary");
  write_outage(json, c.outage());
  json.member("people", people.size());
  json.member("offset", wanted.offset);
  json.key("residents");
  json.begin_array();
  for (auto i = wanted.offset; i < people.size() && i - wanted.offset < wanted.limit; ++i)
    write_person(json, people[i], set, now);
  json.end_array();
  json.end_object();
  return text;
}

const OutageState* find_outage(const alarm::v1::SubjectState& state, std::string_view case_id) {
  for (const auto& outage : state.outages())
    if (outage.case_id() == case_id) return &outage;
  return nullptr;
}

}  // namespace

unsigned vulnerability_of(const registry::resident_record& resident, base::wall_time now) {
  const auto age = registry::age_of(resident.birth_year(), now);
  return (resident.depends_on_power() ? 8U : 0U) + (resident.lives_alone() ? 4U : 0U) +
         (resident.cognitive_impairment() ? 2U : 0U) + (age && *age >= old_age ? 1U : 0U);
}

std::vector<outage_person> people_in(const OutageState& outage, const registry::set_view* set,
                                     base::wall_time now) {
  std::map<std::string_view, outage_person> by_subject;
  for (const auto& [key, child] : outage.children()) {
    if (child.back_at_us() != 0) continue;
    auto& person = by_subject[child.subject()];
    person.subject = child.subject();
    person.devices.push_back(&child);
    if (person.down_since_us == 0 || child.down_since_us() < person.down_since_us)
      person.down_since_us = child.down_since_us();
    person.reached_at_us = std::max(person.reached_at_us, child.reached_at_us());
  }
  std::vector<outage_person> out;
  out.reserve(by_subject.size());
  for (auto& [subject, person] : by_subject) {
    for (const auto& resident : people_of(set, subject))
      person.vulnerability = std::max(person.vulnerability, vulnerability_of(resident, now));
    // What was done about them is told by the device that says it.
    std::ranges::stable_sort(person.devices, {}, [](const auto* child) {
      return std::tuple{child->reached_at_us() == 0, child->device()};
    });
    out.push_back(std::move(person));
  }
  std::ranges::sort(out, {}, [](const outage_person& p) {
    return std::tuple{p.reached_at_us != 0, -static_cast<int>(p.vulnerability), p.down_since_us,
                      p.subject};
  });
  return out;
}

void outages::add_routes() {
  parts_.routes.route(http::method::get, "/api/v1/cases/{id}/outage",
                      [this](const http::exchange_pointer& e) { get(e); });
}

void outages::get(const http::exchange_pointer& e) {
  const auto who = parts_.door.admit(e);
  if (!who) return;
  if (!works_at_desk(*who->account)) return e->answer(not_your_role());
  const std::string id{e->in().parameter("id")};
  const auto at = alarm::locate(id);
  if (!at) return e->answer(http::not_found_problem());
  const auto municipality = at->municipality.str();
  const auto audit = [&](std::string_view result) {
    parts_.audit.record({trail_of(parts_.directory, municipality), who->account->user(),
                         "read_outage", std::string{result}, id, e->in().remote, ""});
  };
  if (!registry::may_see_case(*who->account, municipality)) {
    audit("denied");
    return e->answer(http::not_found_problem());
  }
  const auto c = parts_.watch.now().find(id);
  if (!c || !c->has_outage()) return e->answer(http::not_found_problem());
  const auto wanted = page_of(e->in());
  if (!wanted)
    return e->answer(
        http::problem(400, "bad_value", "A query value is wrong", "offset; limit: 1 to 1000."));
  audit("done");
  parts_.gateway.look(
      municipality, c->subject(), [this, e, c, wanted = *wanted](board::subject_pointer state) {
        parts_.web.post([this, e, c, wanted, state = std::move(state)] {
          if (!state) return e->answer(command_problem({}, {}));
          const auto set = parts_.directory.current()->municipality(c->municipality());
          e->answer(http::json_response(
              outage_text(*c, find_outage(*state, c->id()), set.get(), wanted)));
        });
      });
}

}  // namespace varde::desk
