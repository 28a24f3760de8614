// Sign-in sessions over HTTP.
#include "desk/front_door.hpp"

#include <algorithm>

#include "alarm/ids.hpp"
#include "base/json_writer.hpp"
#include "http/json_fields.hpp"
#include "http/problem.hpp"

namespace varde::desk {

namespace {

using base::json_writer;
using registry::sign_in_status;

constexpr unsigned claim_lease_default_s = 30;
constexpr unsigned answer_target_default_s = 60;
constexpr unsigned answer_limit_default_s = 180;

unsigned or_default(unsigned given, unsigned standard) { return given > 0 ? given : standard; }

std::string_view role_name(registry::v1::Role role) {
  switch (role) {
    case registry::v1::ROLE_OPERATOR:
      return "operator";
    case registry::v1::ROLE_RESPONDER:
      return "responder";
    case registry::v1::ROLE_MUNICIPALITY_ADMINISTRATOR:
      return "municipality_administrator";
    default:
      return "centre_administrator";
  }
}

/// The municipalities of an account: its own, or those of its teams.
std::vector<std::string> municipalities_of(const registry::v1::Account& account) {
  std::vector<std::string> out(account.municipalities().begin(), account.municipalities().end());
  for (const auto& team : account.teams()) out.push_back(team.substr(0, team.find('/')));
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

void write_teams(json_writer& json, const registry::v1::Account& account,
                 const registry::view& all) {
  json.key("teams");
  json.begin_array();
  for (const auto& full : account.teams()) {
    const auto slash = std::min(full.find('/'), full.size());
    const auto municipality = full.substr(0, slash);
    const auto id = full.substr(std::min(slash + 1, full.size()));
    const auto set = all.municipality(municipality);
    const auto* team = set ? set->team(id) : nullptr;
    json.begin_object();
    json.member("id", id);
    json.member("name", team ? team->name() : id);
    json.member("municipality", municipality);
    json.end_object();
  }
  json.end_array();
}

/// The strictest of what the municipalities ask, and each one's own.
void write_config(json_writer& json, const std::vector<std::string>& municipalities,
                  const registry::view& all, const page_options& options) {
  unsigned target_s = answer_target_default_s, limit_s = answer_limit_default_s,
           lease_s = claim_lease_default_s;
  std::string phone = options.centre_phone;
  std::string tiles;
  std::string each;
  json_writer list{each};
  list.begin_array();
  bool first = true;
  for (const auto& id : municipalities) {
    const auto set = all.municipality(id);
    if (!set) continue;
    const auto& policy = set->policy();
    const unsigned own_target_s = or_default(policy.answer_target_s(), answer_target_default_s);
    const unsigned own_limit_s = or_default(policy.answer_limit_s(), answer_limit_default_s);
    const unsigned own_lease_s = or_default(policy.claim_lease_s(), claim_lease_default_s);
    const auto& own_phone = set->municipality().phone();
    target_s = first ? own_target_s : std::min(target_s, own_target_s);
    limit_s = first ? own_limit_s : std::min(limit_s, own_limit_s);
    lease_s = first ? own_lease_s : std::min(lease_s, own_lease_s);
    const auto& own_tiles = set->municipality().map_tiles();
    if (phone.empty()) phone = own_phone;
    if (tiles.empty()) tiles = own_tiles;
    first = false;
    list.begin_object();
    list.member("id", id);
    list.member("answer_target_s", own_target_s);
    list.member("answer_limit_s", own_limit_s);
    list.member("claim_lease_s", own_lease_s);
    list.member("phone", own_phone.empty() ? options.centre_phone : own_phone);
    list.member("map_tiles", own_tiles);
    list.end_object();
  }
  list.end_array();

  json.key("config");
  json.begin_object();
  json.member("map_tiles", tiles);
  json.member("answer_target_s", target_s);
  json.member("answer_limit_s", limit_s);
  json.member("claim_lease_s", lease_s);
  json.member("centre_phone", phone);
  json.member("session_idle_s", options.session_idle_s);
  json.member("beat_interval_s", options.beat_interval_s);
  json.key("municipalities");
  json.raw(each);
  json.end_object();
}

/// One answer for every way in which a sign-in can be wrong, so that nobody learns who exists.
http::response refusal(const registry::sign_in_answer& answer) {
  if (answer.status == sign_in_status::totp_required)
    return http::problem(401, "totp_required", "A one-time code is needed");
  if (answer.status != sign_in_status::slow_down)
    return http::problem(401, "wrong_credentials", "User, password or code is wrong");
  auto out = http::problem(429, "slow_down", "Too many tries", "Wait as Retry-After says.");
  const auto wait_s = std::max<std::chrono::seconds::rep>(answer.retry_after.count(), 1);
  out.headers.emplace_back("Retry-After", std::to_string(wait_s));
  return out;
}

std::string_view result_of(sign_in_status status) {
  switch (status) {
    case sign_in_status::signed_in:
      return "done";
    case sign_in_status::wrong_credentials:
      return "wrong_credentials";
    case sign_in_status::totp_required:
      return "totp_required";
    case sign_in_status::slow_down:
      return "slow_down";
  }
  return "wrong_credentials";
}

bool is_unsafe(http::method verb) {
  return verb != http::method::get && verb != http::method::head;
}

}  // namespace

http::response not_signed_in() {
  return http::problem(401, "not_signed_in", "You are not signed in");
}

front_door::front_door(registry::accounts& accounts, const registry::directory& directory,
                       const http::origin_list& origins, registry::audit_trail& audit,
                       page_options options)
    : accounts_{accounts},
      directory_{directory},
      origins_{origins},
      audit_{audit},
      options_{std::move(options)} {}

void front_door::add_routes(http::router& routes) {
  routes.route(http::method::post, "/api/v1/session",
               [this](const http::exchange_pointer& e) { sign_in(e); });
  routes.route(http::method::delete_, "/api/v1/session",
               [this](const http::exchange_pointer& e) { sign_out(e); });
  routes.route(http::method::get, "/api/v1/me", [this](const http::exchange_pointer& e) { me(e); });
}

std::optional<registry::session_holder> front_door::admit_upgrade(const http::request& in) {
  const auto token = http::session_token(in);
  return token ? accounts_.find_session(*token) : std::nullopt;
}

std::optional<registry::session_holder> front_door::admit(const http::exchange_pointer& e) {
  auto who = admit_upgrade(e->in());
  if (!who) {
    e->answer(not_signed_in());
    return std::nullopt;
  }
  if (!is_unsafe(e->in().verb)) return who;
  if (auto refused = http::refuse_cross_site(e->in(), origins_, who->csrf)) {
    audit_.record({std::string{alarm::centre}, who->account->user(), "cross_site", "denied", "",
                   e->in().remote, ""});
    e->answer(std::move(*refused));
    return std::nullopt;
  }
  return who;
}

void front_door::sign_in(const http::exchange_pointer& e) {
  if (auto refused = http::refuse_foreign_origin(e->in(), origins_))
    return e->answer(std::move(*refused));
  http::json_fields fields{e->in().body};
  registry::sign_in_attempt attempt;
  attempt.user = fields.text("user", {1, 64});
  attempt.password = fields.text("password", {1, 256});
  attempt.totp = fields.text("totp", {0, 8});
  if (fields.wrong()) return e->answer(*fields.wrong());
  attempt.origin = e->in().remote;
  attempt.previous_token = http::session_token(e->in()).value_or(std::string{});
  // Only a user that exists is named: what people type into the wrong field is often their
  // password.
  const std::string user = accounts_.find_account(attempt.user) ? attempt.user : std::string{};
  accounts_.sign_in(std::move(attempt), [this, e, user](const registry::sign_in_answer& answer) {
    audit_.record({std::string{alarm::centre}, user, "sign_in",
                   std::string{result_of(answer.status)}, "", e->in().remote, ""});
    if (answer.status != sign_in_status::signed_in) return e->answer(refusal(answer));
    auto out = http::json_response(describe(*answer.holder, false));
    out.headers.emplace_back("Set-Cookie", http::session_cookie_set(answer.token));
    e->answer(std::move(out));
  });
}

void front_door::sign_out(const http::exchange_pointer& e) {
  const auto who = admit(e);
  if (!who) return;
  accounts_.sign_out(http::session_token(e->in()).value_or(std::string{}));
  audit_.record({std::string{alarm::centre}, who->account->user(), "sign_out", "done", "",
                 e->in().remote, ""});
  auto out = http::no_content();
  out.headers.emplace_back("Set-Cookie", http::session_cookie_cleared());
  e->answer(std::move(out));
}

void front_door::me(const http::exchange_pointer& e) {
  if (const auto who = admit(e)) e->answer(http::json_response(describe(*who, true)));
}

std::string front_door::describe(const registry::session_holder& who, bool with_config) const {
  const auto all = directory_.current();
  const auto& account = *who.account;
  const auto municipalities = municipalities_of(account);
  std::string text;
  json_writer json{text};
  json.begin_object();
  json.member("user", account.user());
  json.member("name", account.name());
  json.member("role", role_name(account.role()));
  json.key("municipalities");
  json.begin_array();
  for (const auto& id : municipalities) {
    const auto set = all->municipality(id);
    json.begin_object();
    json.member("id", id);
    json.member("name", set ? set->municipality().name() : id);
    json.end_object();
  }
  json.end_array();
  write_teams(json, account, *all);
  json.member("csrf", who.csrf);
  if (with_config) write_config(json, municipalities, *all, options_);
  json.end_object();
  return text;
}

}  // namespace varde::desk
