// Waiting in line, keeping, putting the municipalities together.
#include "report/reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.hpp"
#include "http/problem.hpp"
#include "registry/rights.hpp"

namespace varde::report {

namespace {

using base::json_writer;

/// Of all municipalities together.
constexpr std::size_t shown_max = 20;

template <class Thing>
struct of_municipality {
  std::string municipality;
  const Thing* thing;
};

/// "scaip/26001" → the municipality's number for it, if it has one.
std::string device_name(const registry::set_view* set, std::string_view id) {
  const auto slash = id.find('/');
  if (!set || slash == std::string_view::npos) return {};
  const auto device = set->find_device(id.substr(0, slash), id.substr(slash + 1));
  return device ? fmt::format("{} ({})", device->id(), device->wire_id()) : std::string{};
}

void write_offender(json_writer& json, std::string_view municipality, const offender& one,
                    const registry::set_view* set) {
  json.begin_object();
  json.member("municipality", municipality);
  json.member("id", one.id);
  json.member("name", one.name.empty() ? device_name(set, one.id) : one.name);
  json.member("cases", one.cases);
  json.member("without_action", one.without_action);
  json.end_object();
}

void write_change(json_writer& json, std::string_view municipality, const changed_use& one,
                  const registry::set_view* set) {
  const auto resident = set ? set->resident(one.resident) : registry::resident_record{};
  json.begin_object();
  json.member("municipality", municipality);
  json.member("resident", one.resident);
  json.member("name", resident ? resident->name() : std::string_view{one.resident});
  json.member("recent", one.recent);
  json.member("usual", one.usual);
  json.end_object();
}

std::optional<unsigned> days_of(const http::request& in) {
  const auto text = in.query_value("days");
  if (!text) return reports::days_default;
  unsigned days = 0;
  const auto [rest, failed] = std::from_chars(text->data(), text->data() + text->size(), days);
  if (failed != std::errc{} || rest != text->data() + text->size()) return std::nullopt;
  return days >= 1 && days <= reports::days_max ? std::optional{days} : std::nullopt;
}

}  // namespace

reports::reports(report_parts parts) : parts_{std::move(parts)} {
  parts_.routes.route(http::method::get, "/api/v1/reports/offenders",
                      [this](const http::exchange_pointer& e) { get(e); });
}

void reports::get(const http::exchange_pointer& e) {
  const auto who = parts_.admit(e);
  if (!who) return;
  const auto role = who->account->role();
  if (role != registry::v1::ROLE_OPERATOR && role != registry::v1::ROLE_MUNICIPALITY_ADMINISTRATOR)
    return e->answer(http::problem(403, "not_your_role", "Your role does not include this"));
  const auto days = days_of(e->in());
  if (!days)
    return e->answer(http::problem(400, "bad_value", "A query value is wrong", "days: 1 to 30."));
  if (waiting_.size() == waiting_max)
    return e->answer(http::problem(503, "unavailable", "Too many wait for a report", "Try later."));
  waiting_.push_back({e, *who, *days});
  for (const auto& id : municipalities_of(waiting_.back()))
    parts_.audit.record(
        {id, who->account->user(), "read_offenders", "done", "", e->in().remote, ""});
  next();
}

std::vector<std::string> reports::municipalities_of(const asked& a) const {
  std::vector<std::string> out;
  const auto all = parts_.directory.current();
  for (const auto& id : a.who.account->municipalities())
    if (all->municipality(id) && registry::may_see_case(*a.who.account, id)) out.push_back(id);
  return out;
}

void reports::next() {
  while (!reading_ && !waiting_.empty()) {
    const auto& first = waiting_.front();
    const auto now = base::wall_now();
    ledger_reader::job job{{}, base::to_us(now), first.days};
    for (const auto& id : municipalities_of(first)) {
      const auto at = kept_.find({id, first.days});
      if (at == kept_.end() || now - at->second.made >= kept_for) job.municipalities.push_back(id);
    }
    if (job.municipalities.empty()) {
      answer(first);
      waiting_.pop_front();
      continue;
    }
    reading_ = true;
    const auto asked_for = job.municipalities;
    parts_.read(job, [this, asked_for, days = first.days,
                      still = std::weak_ptr{alive_}](std::vector<offenders> found) {
      if (still.expired()) return;
      parts_.web.post([this, asked_for, days, still, found = std::move(found)]() mutable {
        if (still.expired()) return;
        for (std::size_t i = 0; i < found.size(); ++i)
          kept_[{asked_for[i], days}] = {base::wall_now(), std::move(found[i])};
        reading_ = false;
        next();
      });
    });
  }
}

void reports::answer(const asked& a) {
  const auto all = parts_.directory.current();
  const auto ids = municipalities_of(a);
  auto made = base::wall_now();
  bool whole = true;
  for (const auto& id : ids) {
    made = std::min(made, kept_[{id, a.days}].made);
    whole = whole && kept_[{id, a.days}].found.whole;
  }
  std::string text;
  json_writer json{text};
  json.begin_object();
  json.member("since", base::to_rfc3339(made - std::chrono::days{a.days}));
  json.member("made_at", base::to_rfc3339(made));
  json.member("whole", whole);
  const auto write_all = [&](std::string_view name, auto list_of, auto order, auto write) {
    using thing = std::remove_cvref_t<decltype(list_of(kept_.begin()->second.found)[0])>;
    std::vector<of_municipality<thing>> rows;
    for (const auto& id : ids)
      for (const auto& one : list_of(kept_[{id, a.days}].found)) rows.push_back({id, &one});
    std::ranges::stable_sort(
        rows, [&](const auto& x, const auto& y) { return order(*x.thing) > order(*y.thing); });
    if (rows.size() > shown_max) rows.resize(shown_max);
    json.key(name);
    json.begin_array();
    for (const auto& row : rows)
      write(json, row.municipality, *row.thing, all->municipality(row.municipality).get());
    json.end_array();
  };
  const auto needless = [](const offender& one) { return one.without_action; };
  write_all(
      "devices", [](const offenders& o) -> auto& { return o.devices; }, needless, &write_offender);
  write_all(
      "kinds", [](const offenders& o) -> auto& { return o.kinds; }, needless, &write_offender);
  write_all(
      "rules", [](const offenders& o) -> auto& { return o.rules; }, needless, &write_offender);
  write_all(
      "residents", [](const offenders& o) -> auto& { return o.residents; },
      [](const changed_use& one) { return static_cast<double>(one.recent) - one.usual; },
      &write_change);
  json.end_object();
  a.e->answer(http::json_response(std::move(text)));
}

}  // namespace varde::report
