// Frames of visits, for each distinct set of teams.
#include "field/visit_feed.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "base/hash.hpp"
#include "board/condition_json.hpp"
#include "field/visit_json.hpp"

namespace varde::field {

namespace {

constexpr std::size_t epoch_bytes = 6;

/// "4601/day," for each team, sorted: the audience of a feed.
std::string audience_of(const registry::v1::Account& account) {
  std::vector<std::string> teams(account.teams().begin(), account.teams().end());
  std::ranges::sort(teams);
  std::string out = ",";
  for (const auto& team : teams) out += team + ',';
  return out;
}

/// A neighbour's team has its municipality in its name.
bool is_for(const std::string& teams, const alarm::v1::Case& c, const alarm::v1::Visit& visit) {
  const bool neighbours = visit.team().find('/') != std::string::npos;
  const auto team = neighbours ? visit.team() : c.municipality() + '/' + visit.team();
  return teams.find(',' + team + ',') != std::string::npos;
}

http::feeds::frame condition_of(const board::node_condition& now) {
  return std::make_shared<const std::string>(board::condition_frame(now));
}

}  // namespace

visit_feed::visit_feed(field_parts& parts)
    : parts_{parts},
      epoch_{base::random_hex(epoch_bytes)},
      feeds_{{.snapshot = [this](const std::string& teams) { return snapshot(teams); },
              .after_first = [this] { return condition_of(parts_.watch.condition()); },
              .on_message = [this](const http::feeds::feed& f, std::string_view) { hear(f); },
              .on_last_gone = {}}} {
  parts_.watch.on_changes([this](const board::change_batch& batch) {
    ++number_;
    if (feeds_.empty()) return;
    // What was shown did not come to be: a visit may be gone that no change can name.
    const bool anew = std::ranges::any_of(batch, [](const auto& c) { return c.corrected; });
    feeds_.broadcast(
        [&](const std::string& teams) { return anew ? snapshot(teams) : changes(batch, teams); });
  });
  parts_.watch.on_condition([this](const board::node_condition& now) {
    const auto text = condition_of(now);
    feeds_.broadcast([&](const std::string&) { return text; });
  });
  parts_.accounts.on_session_ended([this](const registry::v1::SessionEnded& ended) {
    const bool revoked = ended.reason() == registry::v1::END_REASON_REVOKED;
    feeds_.close_session(ended.token_sha256(), revoked ? "revoked" : "signed_out",
                         revoked ? http::close_code::revoked : http::close_code::signed_out);
  });
  parts_.accounts.on_account_changed([this](const registry::v1::Account& account) {
    feeds_.close_user(account.user(), "revoked", http::close_code::revoked);
  });
}

http::upgrade_verdict visit_feed::accept(const http::request& in,
                                         const registry::session_holder& who) {
  for (const auto& team : who.account->teams())
    parts_.audit.record({team.substr(0, team.find('/')), who.account->user(), "live_visits", "done",
                         team, in.remote, ""});
  http::upgrade_verdict verdict;
  verdict.on_open = [this, session = who.session](http::websocket_pointer socket) {
    // Rights may have gone between the question and the answer.
    const auto still = parts_.accounts.find_session_by_name(session, true);
    if (!still || still->account->role() != registry::v1::ROLE_RESPONDER)
      return socket->close(http::close_code::signed_out, "signed_out");
    const auto teams = audience_of(*still->account);
    auto first = snapshot(teams);
    feeds_.add({std::move(socket), still->account->user(), session, teams}, std::move(first));
  };
  return verdict;
}

void visit_feed::hear(const http::feeds::feed& f) {
  if (!parts_.accounts.find_session_by_name(f.session, true))
    f.socket->close(http::close_code::signed_out, "signed_out");
}

void visit_feed::beat() { feeds_.beat(); }
void visit_feed::drain() { feeds_.close_all("draining", http::close_code::going_away); }

http::feeds::frame visit_feed::snapshot(const std::string& teams) {
  const auto all = parts_.directory.current();
  const auto now = base::wall_now();
  std::string text;
  for (const auto& c : parts_.watch.now().open_cases())
    for (const auto& visit : c->visits()) {
      if (alarm::has_ended(visit.state()) || !is_for(teams, *c, visit)) continue;
      if (!text.empty()) text += ',';
      append_visit(text, *c, visit, *all, parts_.centre_phone, now);
    }
  return as_frame(true, text);
}

http::feeds::frame visit_feed::changes(const board::change_batch& batch, const std::string& teams) {
  const auto all = parts_.directory.current();
  const auto now = base::wall_now();
  std::string text;
  for (const auto& change : batch)
    for (const auto& visit : change.now->visits()) {
      if (!is_for(teams, *change.now, visit)) continue;
      if (!text.empty()) text += ',';
      append_visit(text, *change.now, visit, *all, parts_.centre_phone, now);
    }
  return text.empty() ? nullptr : as_frame(false, text);
}

http::feeds::frame visit_feed::as_frame(bool whole, const std::string& visits) const {
  return std::make_shared<const std::string>(
      fmt::format(R"({{"type":"visits","token":"{}-{}","at":"{}","snapshot":{},"visits":[{}]}})",
                  epoch_, number_, base::to_rfc3339(base::wall_now()), whole, visits));
}

}  // namespace varde::field
