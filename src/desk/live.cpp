// Frames, tokens and who may still listen.
#include "desk/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "alarm/ids.hpp"
#include "base/hash.hpp"
#include "board/condition_json.hpp"
#include "desk/answers.hpp"
#include "desk/front_door.hpp"
#include "http/json_difference.hpp"
#include "registry/rights.hpp"

namespace varde::desk {

namespace {

constexpr std::size_t epoch_bytes = 6;
constexpr std::string_view here_message = R"({"type":"here"})";
/// What `form` says in the query of a console that applies differences.
constexpr std::string_view differences_name = "differences";

http::feeds::frame as_frame(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Tells audiences apart in a token without spelling out who sees what.
std::string fingerprint(const std::string& audience) {
  return base::sha256_hex(audience).substr(0, 8);
}

bool says_here(std::string_view text) {
  std::string compact{text};
  std::erase_if(compact, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return compact == here_message;
}

}  // namespace

live::live(desk_parts& parts, case_texts& texts)
    : parts_{parts},
      texts_{texts},
      epoch_{base::random_hex(epoch_bytes)},
      feeds_{{.snapshot = [this](const std::string& audience) { return snapshot(audience); },
              .after_first =
                  [this] { return as_frame(board::condition_frame(parts_.watch.condition())); },
              .on_message = [this](const http::feeds::feed& f,
                                   std::string_view text) { hear(f, text); },
              .on_last_gone =
                  [this](const std::string& user) {
                    consoles_.add(-1);
                    parts_.gateway.presence(user, true);
                  }}},
      pace_{parts.web, frame_interval, [this] { send_changes(); }},
      to_console_{parts.metrics.make_histogram(
          "varde_alarm_to_console_seconds",
          "From a cause at this node's socket to its WebSocket frames")},
      consoles_{
          parts.metrics.make_gauge("varde_desk_users", "Operators with a live feed at this node")} {
  parts_.watch.on_changes([this](const board::change_batch& batch) { take(batch); });
  parts_.watch.on_condition([this](const board::node_condition& now) {
    send_changes();
    const auto text = as_frame(board::condition_frame(now));
    feeds_.broadcast([&](const std::string&) { return text; });
  });
  parts_.accounts.on_session_ended([this](const registry::v1::SessionEnded& ended) {
    const bool revoked = ended.reason() == registry::v1::END_REASON_REVOKED;
    feeds_.close_session(ended.token_sha256(), revoked ? "revoked" : "signed_out",
                         revoked ? http::close_code::revoked : http::close_code::signed_out);
  });
  // Their pages come back at once, with the rights that hold now.
  parts_.accounts.on_account_changed([this](const registry::v1::Account& account) {
    feeds_.close_user(account.user(), "revoked", http::close_code::revoked);
  });
}

void live::add_routes() {
  parts_.routes.route_websocket("/api/v1/live",
                                [this](const http::request& in) { return accept(in); });
}

http::upgrade_verdict live::accept(const http::request& in) {
  http::upgrade_verdict verdict;
  const auto who = parts_.door.admit_upgrade(in);
  if (!who) {
    verdict.refusal = not_signed_in();
    return verdict;
  }
  if (who->account->role() == registry::v1::ROLE_RESPONDER && parts_.responders)
    return parts_.responders(in, *who);
  if (!works_at_desk(*who->account)) {
    verdict.refusal = not_your_role();
    return verdict;
  }
  for (const auto& id : who->account->municipalities())
    parts_.audit.record(
        {trail_of(parts_.directory, id), who->account->user(), "live", "done", "", in.remote, ""});
  verdict.on_open = [this, session = who->session,
                     resume = std::string{in.query_value("resume").value_or("")},
                     wanted = in.query_value("form") == differences_name
                                  ? form::differences
                                  : form::whole](http::websocket_pointer socket) {
    // Rights may have gone between the question and the answer.
    const auto still = parts_.accounts.find_session_by_name(session, true);
    if (!still || !works_at_desk(*still->account))
      return socket->close(http::close_code::signed_out, "signed_out");
    open(std::move(socket), *still, resume, wanted);
  };
  return verdict;
}

void live::open(http::websocket_pointer socket, const registry::session_holder& who,
                const std::string& resume, form wanted) {
  send_changes();  // else the new feed would get again what its first frame holds
  const auto& user = who.account->user();
  const auto audience = audience_of(*who.account, wanted);
  if (!feeds_.has_user(user)) consoles_.add(1);
  http::feeds::frame first;
  if (const auto point = resume_point(resume, audience)) {
    first = changes_after(*point, audience, form::whole);
    if (!first)
      first = as_frame(
          fmt::format(R"({{"type":"changes","token":"{}","changes":[]}})", token_for(audience)));
  } else {
    first = snapshot(audience);
  }
  feeds_.add({std::move(socket), user, who.session, audience}, std::move(first));
  parts_.gateway.presence(user, false);
}

void live::hear(const http::feeds::feed& f, std::string_view text) {
  if (!says_here(text)) return;
  // A console that says it is here is its operator's sign of life; a session that ended meanwhile
  // is over.
  if (parts_.accounts.find_session_by_name(f.session, true))
    parts_.gateway.presence(f.user, false);
  else
    f.socket->close(http::close_code::signed_out, "signed_out");
}

void live::beat() {
  send_changes();
  feeds_.beat();
}

void live::tell(std::string_view type, const std::function<std::string(const seeing&)>& members) {
  send_changes();
  feeds_.broadcast([&](const std::string& audience) {
    const auto seen = [&](std::string_view municipality) { return sees(audience, municipality); };
    return as_frame(fmt::format(R"({{"type":"{}",{}}})", type, members(seen)));
  });
}

void live::drain() { feeds_.close_all("draining", http::close_code::going_away); }

void live::take(const board::change_batch& batch) {
  // What was shown did not come to be: every console begins anew.
  if (std::ranges::any_of(batch, [](const auto& c) { return c.corrected; })) {
    for (const auto& c : batch) texts_.forget(c.now->id());
    ring_.clear();
    sent_ = ring_.newest();
    told_.clear();
    waiting_life_.clear();
    feeds_.broadcast([this](const std::string& audience) { return snapshot(audience); });
    return;
  }
  bool news = false;
  for (const auto& c : batch) {
    ring_.push(c);
    news = is_news(*c.now) || news;
  }
  if (news)
    pace_.ask_urgently();
  else if (told_at_once_ > crowded_changes)
    pace_.ask_patiently();
  else
    pace_.ask();
}

bool live::is_news(const alarm::v1::Case& c) {
  const bool waits = c.state() == alarm::v1::CASE_STATE_OPEN && c.lane() == alarm::v1::LANE_LIFE;
  if (waits) return waiting_life_.insert(c.id()).second;
  waiting_life_.erase(c.id());
  return false;
}

void live::send_changes() {
  const auto before = std::exchange(sent_, ring_.newest());
  if (before == sent_) return;
  told_at_once_ = sent_ - before;
  // A name may be another than it was told, without a change of the case.
  const auto generation = parts_.directory.generation();
  if (std::exchange(told_generation_, generation) != generation) told_.clear();
  const auto frames_of = [&](const std::string& audience) {
    return changes_after(before, audience, audiences_.at(audience).wanted);
  };
  if (!feeds_.empty() && feeds_.broadcast(frames_of) > 0) {
    const auto now = base::steady_time::clock::now();
    ring_.after(before, [&](const change_ring::change& c) {
      if (c.cause != base::steady_time{}) to_console_.record(now - c.cause);
    });
  }
  remember_told(before);
  ring_.trim();
}

void live::remember_told(std::uint64_t before) {
  if (feeds_.empty() || told_.size() > told_max) told_.clear();
  ring_.after(before, [&](change_ring::change& c) {
    if (!c.now) return;
    c.difference = nullptr;  // from a state that is past
    // Without a text nobody sees the case; who comes later has a snapshot.
    if (feeds_.empty() || !c.text || c.now->state() == alarm::v1::CASE_STATE_CLOSED)
      told_.erase(c.now->id());
    else
      told_[examples_[c.now->municipality()] = c.now->id()] = {c.now->version(), c.text};
  });
}

std::string live::audience_of(const registry::v1::Account& account, form wanted) {
  municipalities seen(account.municipalities().begin(), account.municipalities().end());
  if (registry::may_see_case(account, alarm::centre)) seen.emplace_back(alarm::centre);
  std::ranges::sort(seen);
  std::string key;
  for (const auto& id : seen) key += id + ',';
  if (wanted == form::differences) key += differences_name;
  audiences_.try_emplace(key, std::move(seen), wanted);
  return key;
}

bool live::sees(const std::string& audience, std::string_view municipality) const {
  const auto at = audiences_.find(audience);
  return at != audiences_.end() &&
         std::ranges::binary_search(at->second.seen, municipality, std::less<std::string_view>{});
}

std::string live::token_for(const std::string& audience) const {
  return fmt::format("{}-{}-{}", epoch_, ring_.newest(), fingerprint(audience));
}

std::optional<std::uint64_t> live::resume_point(std::string_view token,
                                                const std::string& audience) const {
  const auto first = token.find('-'), last = token.rfind('-');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  if (token.substr(0, first) != epoch_ || token.substr(last + 1) != fingerprint(audience))
    return std::nullopt;
  std::uint64_t number = 0;
  const auto digits = token.substr(first + 1, last - first - 1);
  const auto [rest, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failed != std::errc{} || rest != digits.data() + digits.size()) return std::nullopt;
  return ring_.covers(number) ? std::optional{number} : std::nullopt;
}

http::feeds::frame live::snapshot(const std::string& audience) {
  std::string text = fmt::format(R"({{"type":"snapshot","token":"{}","at":"{}","cases":[)",
                                 token_for(audience), base::to_rfc3339(base::wall_now()));
  bool first = true;
  for (const auto& c : parts_.watch.now().open_cases()) {
    if (!sees(audience, c->municipality())) continue;
    if (!std::exchange(first, false)) text += ',';
    text += *texts_.text_of(*c);
  }
  text += "]}";
  return as_frame(std::move(text));
}

http::feeds::frame live::changes_after(std::uint64_t number, const std::string& audience,
                                       form wanted) {
  std::string text;
  ring_.after(number, [&](change_ring::change& c) {
    if (!c.now || !sees(audience, c.now->municipality())) return;
    text += text.empty()
                ? fmt::format(R"({{"type":"changes","token":"{}","changes":[)", token_for(audience))
                : ",";
    append_change(text, c, wanted);
  });
  if (text.empty()) return nullptr;
  text += "]}";
  return as_frame(std::move(text));
}

std::unordered_map<std::string, live::told>::const_iterator live::base_of(
    const alarm::v1::Case& c) const {
  if (const auto itself = told_.find(c.id()); itself != told_.end()) return itself;
  const auto example = examples_.find(c.municipality());
  return example == examples_.end() ? told_.end() : told_.find(example->second);
}

void live::append_change(std::string& text, change_ring::change& c, form wanted) {
  if (!c.text) c.text = texts_.text_of(*c.now);
  const auto base = wanted == form::differences ? base_of(*c.now) : told_.end();
  if (base != told_.end() && !c.difference) {
    auto differs = http::json_difference(*base->second.text, *c.text);
    c.difference = std::make_shared<const std::string>(std::move(differs).value_or(""));
  }
  if (base == told_.end() || c.difference->empty()) {
    text.append("{\"case\":").append(*c.text).append(1, '}');
    return;
  }
  base::json_writer json{text};
  json.begin_object();
  json.member("id", c.now->id());
  if (base->first != c.now->id()) json.member("like", base->first);
  json.member("base", base->second.version);
  json.key("differs");
  json.raw(*c.difference);
  json.end_object();
}

}  // namespace varde::desk
