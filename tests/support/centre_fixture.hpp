// A small response centre for tests of the pages' API: two municipalities with one resident of the
// same id each, people of every role who are signed in already, and a gateway that does what the
// test says.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "alarm/ids.hpp"
#include "base/hash.hpp"
#include "board/watch.hpp"
#include "registry/accounts.hpp"
#include "registry/audit.hpp"
#include "registry/directory.hpp"
#include "support/raw_client.hpp"
#include "support/web_fixture.hpp"

namespace varde::test {

/// Answers commands by a function of the test's; publishes what the test publishes.
class fake_gateway : public board::gateway {
 public:
  using decision = std::function<board::command_result(const alarm::v1::Command&)>;

  void submit(alarm::v1::Command command,
              std::function<void(board::command_result)> done) override {
    board::command_result result;
    {
      const std::lock_guard lock{mutex};
      commands.push_back(command);
      result = decide ? decide(command)
                      : board::command_result{board::command_status::not_found, "", nullptr};
    }
    done(std::move(result));
  }
  void take_next(board::next_request request,
                 std::function<void(board::command_result)> done) override {
    board::command_result result;
    {
      const std::lock_guard lock{mutex};
      next_requests.push_back(std::move(request));
      result = next;
    }
    done(std::move(result));
  }
  void look(std::string municipality, std::string subject,
            std::function<void(board::subject_pointer)> done) override {
    board::subject_pointer found;
    {
      const std::lock_guard lock{mutex};
      const auto at = subjects.find({municipality, subject});
      found = at != subjects.end() ? at->second : std::make_shared<alarm::v1::SubjectState>();
    }
    done(std::move(found));
  }
  void waiting(std::vector<std::string> municipalities,
               std::function<void(std::vector<board::subject_pointer>)> done) override {
    std::vector<board::subject_pointer> found;
    {
      const std::lock_guard lock{mutex};
      for (const auto& [key, state] : subjects)
        if (std::ranges::find(municipalities, key.first) != municipalities.end())
          found.push_back(state);
    }
    done(std::move(found));
  }
  void presence(std::string user, bool gone) override {
    const std::lock_guard lock{mutex};
    present.emplace_back(std::move(user), gone);
  }
  void subscribe_condition(std::function<void(const board::node_condition&)> l) override {
    on_condition = std::move(l);
  }
  void subscribe(std::function<void(std::shared_ptr<const board::change_batch>)> l) override {
    listener = std::move(l);
  }
  void publish(std::vector<std::shared_ptr<const alarm::v1::Case>> cases) {
    auto batch = std::make_shared<board::change_batch>();
    for (auto& c : cases)
      batch->push_back({std::move(c), "trace", base::steady_time::clock::now()});
    listener(std::move(batch));
  }

  std::mutex mutex;
  std::vector<alarm::v1::Command> commands;
  std::vector<board::next_request> next_requests;
  std::vector<std::pair<std::string, bool>> present;
  /// By municipality and subject.
  std::map<std::pair<std::string, std::string>, board::subject_pointer> subjects;
  decision decide;
  board::command_result next{board::command_status::not_found, "", nullptr};
  std::function<void(std::shared_ptr<const board::change_batch>)> listener;
  std::function<void(const board::node_condition&)> on_condition;
};

class silent_journal : public registry::sign_in_journal {
 public:
  void write(registry::v1::SignInChange,
             std::function<void(registry::journal_outcome)> done) override {
    if (done) done(registry::journal_outcome::durable);
  }
};

inline registry::v1::MunicipalitySet made_up_set(const std::string& id, const std::string& name,
                                                 const std::string& resident_name) {
  registry::v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id(id);
  set.mutable_municipality()->set_name(name);
  set.mutable_municipality()->set_phone("+4755500000");
  auto& resident = *set.add_residents();
  resident.set_id("1001");
  resident.set_name(resident_name);
  resident.set_birth_year(1938);
  resident.set_phone("+4799900001");
  auto& address = *resident.mutable_address();
  address.set_street("Åslia 3");
  address.set_dwelling("H0204");
  address.set_postcode("5000");
  address.set_place("Fjordvik");
  address.set_latitude_deg(60.39);
  address.set_longitude_deg(5.32);
  resident.mutable_access()->set_key_box("Ved døra");
  resident.mutable_access()->set_key_box_code("4711");
  resident.add_to_know("Hører dårlig");
  resident.add_next_of_kin()->set_name("Per");
  auto& device = *set.add_devices();
  device.set_id("d1");
  device.set_protocol("scaip");
  device.set_wire_id("26001");
  device.set_kind("safety_alarm");
  device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
  device.set_resident("1001");
  for (const auto* team : {"day", "night"}) {
    auto& t = *set.add_teams();
    t.set_id(team);
    t.set_name(team == std::string{"day"} ? "Dagvakt" : "Nattvakt");
    t.set_phone("+4755500001");
  }
  return set;
}

/// An open case of resident 1001 with one alarm, a step and, if a team is given, a visit of it.
inline alarm::v1::Case made_up_case(const std::string& municipality, std::uint64_t version = 1,
                                    const std::string& team = "") {
  alarm::v1::Case c;
  c.set_id(alarm::make_case_id(municipality, "r-1001", 1).str());
  c.set_municipality(municipality);
  c.set_subject("r-1001");
  c.set_version(version);
  c.set_lane(alarm::v1::LANE_LIFE);
  c.set_lane_reason("device:0004");
  c.set_state(alarm::v1::CASE_STATE_OPEN);
  c.set_kind(alarm::v1::KIND_SAFETY_ALARM);
  const auto now_us = base::to_us(base::wall_now());
  c.set_opened_at_us(now_us);
  c.set_queued_at_us(now_us);
  c.set_signal_count(1);
  auto& a = *c.add_alarms();
  a.set_signal_id("26001/1");
  a.set_device("26001");
  a.set_protocol("scaip");
  a.set_kind(alarm::v1::KIND_SAFETY_ALARM);
  a.set_occurred_at_us(now_us);
  a.set_received_at_us(now_us);
  a.set_last_received_at_us(now_us);
  a.set_count(1);
  a.set_lane(alarm::v1::LANE_LIFE);
  a.mutable_position()->set_latitude_deg(60.4);
  a.mutable_position()->set_longitude_deg(5.3);
  auto& step = *c.add_steps();
  step.set_id("default-call");
  step.set_action(alarm::v1::STEP_ACTION_CALL_RESIDENT);
  step.set_text("Ring");
  if (!team.empty()) {
    c.set_state(alarm::v1::CASE_STATE_DISPATCHED);
    auto& visit = *c.add_visits();
    visit.set_id(alarm::make_visit_id(c.id(), 1).str());
    visit.set_team(team);
    visit.set_team_name("Dagvakt");
    visit.set_state(alarm::v1::VISIT_STATE_OFFERED);
    visit.set_offered_at_us(now_us);
  }
  return c;
}

inline std::shared_ptr<const alarm::v1::Case> shared(alarm::v1::Case c) {
  return std::make_shared<const alarm::v1::Case>(std::move(c));
}

/// A request under construction.
struct ask {
  std::string verb = "GET";
  std::string path;
  std::string token;  // of the session cookie; empty: none
  std::string csrf;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string text() const {
    std::string out = verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!token.empty()) out += "Cookie: __Host-varde=" + token + "\r\n";
    if (!csrf.empty()) out += "X-CSRF-Token: " + csrf + "\r\n";
    for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
    if (!body.empty() || verb == "POST")
      out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return out + "\r\n" + body;
  }
};

class centre_fixture : public web_fixture {
 public:
  static constexpr registry::password_cost cheap{1, 16 * 1024};

  centre_fixture() {
    directory.replace(made_up_set("9901", "Fjordvik", "Anna Solvang"));
    directory.replace(made_up_set("9902", "Nordmark", "Nils Bakke"));
    add_person("olga", registry::v1::ROLE_OPERATOR, {"9901"}, {});
    add_person("odd", registry::v1::ROLE_OPERATOR, {"9902"}, {});
    add_person("both", registry::v1::ROLE_OPERATOR, {"9901", "9902"}, {});
    add_person("rita", registry::v1::ROLE_RESPONDER, {}, {"9901/day"});
    add_person("roar", registry::v1::ROLE_RESPONDER, {}, {"9901/night"});
    add_person("rune", registry::v1::ROLE_RESPONDER, {}, {"9902/day"});
    add_person("mads", registry::v1::ROLE_MUNICIPALITY_ADMINISTRATOR, {"9901"}, {});
    add_person("cato", registry::v1::ROLE_CENTRE_ADMINISTRATOR, {}, {});
  }

  ~centre_fixture() { stop(); }

  void add_person(const std::string& user, registry::v1::Role role,
                  const std::vector<std::string>& municipalities,
                  const std::vector<std::string>& teams) {
    registry::v1::SignInChange change;
    change.set_writer("test");
    auto& account = *change.mutable_account();
    account.set_user(user);
    account.set_name("Name of " + user);
    account.set_role(role);
    for (const auto& id : municipalities) account.add_municipalities(id);
    for (const auto& id : teams) account.add_teams(id);
    accounts.apply(change);
    change.Clear();
    change.set_writer("test");
    auto& session = *change.mutable_opened();
    session.set_token_sha256(base::sha256_hex(token_of(user)));
    session.set_user(user);
    session.set_csrf(csrf_of(user));
    session.set_created_at_us(base::to_us(base::wall_now()));
    session.set_last_seen_at_us(session.created_at_us());
    accounts.apply(change);
  }
  /// Gives an account a password.
  void set_password(const std::string& user, const std::string& password) {
    auto account = *accounts.find_account(user);
    account.set_password_hash(registry::hash_password(password, cheap).value());
    accounts.put_account(std::move(account));
  }

  static std::string token_of(const std::string& user) { return "token-of-" + user; }
  static std::string csrf_of(const std::string& user) { return "csrf-of-" + user; }

  /// A request as `user` would send it, with all that a command needs.
  static ask as(const std::string& user, const std::string& verb, const std::string& path,
                const std::string& body = "") {
    ask out{verb, path, token_of(user), "", body, {}};
    if (verb != "GET") {
      out.csrf = csrf_of(user);
      out.headers.emplace_back("Idempotency-Key", "key-" + user);
    }
    return out;
  }
  /// On a connection that is kept from request to request; one thread at a time.
  raw_response send(const ask& request) {
    if (!kept_) kept_ = std::make_unique<raw_client>(https_port());
    const auto answer = kept_->ask(request.text());
    if (!answer || answer->header("connection") == "close") kept_.reset();
    return answer.value_or(raw_response{});
  }
  /// On a connection of its own.
  raw_response send_alone(const ask& request) {
    raw_client client{https_port()};
    return client.ask(request.text()).value_or(raw_response{});
  }
  /// Opens the live feed; nullptr if it is refused.
  std::unique_ptr<raw_client> open_live(const std::string& user, const std::string& resume = "",
                                        const std::string& form = "") {
    auto client = std::make_unique<raw_client>(https_port());
    std::string path = "/api/v1/live?";
    if (!resume.empty()) path += "resume=" + resume + '&';
    if (!form.empty()) path += "form=" + form;
    ask request{"GET", path, token_of(user), "", "", {}};
    request.headers = {{"Origin", origin()},
                       {"Connection", "Upgrade"},
                       {"Upgrade", "websocket"},
                       {"Sec-WebSocket-Version", "13"},
                       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    const auto answer = client->ask(request.text());
    return answer && answer->status == 101 ? std::move(client) : nullptr;
  }
  /// The next text frame; empty once the socket has closed.
  static std::string next_text(raw_client& client) {
    const auto frame = client.receive_frame();
    return frame && frame->opcode == 1 ? frame->payload : std::string{};
  }

  /// What the audit trail holds, as "user action result subject" lines of the municipality.
  [[nodiscard]] std::vector<std::string> audited(const std::string& municipality) {
    std::vector<std::string> out;
    on_web_thread([&] {
      for (const auto& line : audit_lines)
        if (line.municipality == municipality) out.push_back(line.json);
    });
    return out;
  }
  [[nodiscard]] bool was_audited(const std::string& municipality, const std::string& user,
                                 const std::string& action, const std::string& result) {
    return eventually([&] {
      return std::ranges::any_of(audit_lines, [&](const registry::audit_line& line) {
        return line.municipality == municipality &&
               line.json.find("\"user\":\"" + user + '"') != std::string::npos &&
               line.json.find("\"action\":\"" + action + '"') != std::string::npos &&
               line.json.find("\"result\":\"" + result + '"') != std::string::npos;
      });
    });
  }

  registry::directory directory;
  fake_gateway gateway;
  silent_journal journal;
  registry::password_worker worker{
      [this](std::function<void()> task) { web.post(std::move(task)); }, cheap, 1};
  registry::accounts accounts{worker, journal, {.node = "test"}};
  std::vector<registry::audit_line> audit_lines;  // web thread
  registry::audit_trail audit{
      [this](const std::vector<registry::audit_line>& lines, std::function<void(bool)> done) {
        audit_lines.insert(audit_lines.end(), lines.begin(), lines.end());
        done(true);
      },
      [this](std::function<void()> task) { web.post(std::move(task)); }};
  board::watch watch{gateway, [this](std::function<void()> task) { web.post(std::move(task)); }};

 private:
  std::unique_ptr<raw_client> kept_;
};

}  // namespace varde::test
