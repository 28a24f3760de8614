// One script for all changes: it writes the hash and the stream in one step, or neither.
#include "registry/account_store.hpp"

#include <algorithm>
#include <map>

#include "base/log.hpp"
#include "registry/error.hpp"
#include "registry/keys.hpp"

namespace varde::registry {

namespace {

/// KEYS: accounts, sessions, seen, totp, stream. ARGV: what to do, field, value, the change.
/// Answers 0 if there is nothing to change: an ended session is not seen, a used code not used
/// again.
constexpr std::string_view change_script = R"(
local what, field, value = ARGV[1], ARGV[2], ARGV[3]
if what == 'account' then
  redis.call('HSET', KEYS[1], field, value)
elseif what == 'open' then
  redis.call('HSET', KEYS[2], field, value)
elseif what == 'see' then
  if redis.call('HEXISTS', KEYS[2], field) == 0 then return 0 end
  redis.call('HSET', KEYS[3], field, value)
elseif what == 'end' then
  redis.call('HDEL', KEYS[2], field)
  redis.call('HDEL', KEYS[3], field)
elseif what == 'totp' then
  local before = redis.call('HGET', KEYS[4], field)
  if before and tonumber(before) >= tonumber(value) then return 0 end
  redis.call('HSET', KEYS[4], field, value)
end
redis.call('XADD', KEYS[5], 'MAXLEN', '~', '10000', '*', 'c', ARGV[4])
return 1
)";

redis::arguments command_for(const v1::SignInChange& change) {
  redis::arguments command{"EVAL",
                           std::string{change_script},
                           "5",
                           std::string{keys::accounts},
                           std::string{keys::sessions},
                           std::string{keys::seen},
                           std::string{keys::totp},
                           std::string{keys::sign_ins}};
  const auto add = [&command](std::string what, std::string field, std::string value) {
    for (auto* part : {&what, &field, &value}) command.push_back(std::move(*part));
  };
  switch (change.body_case()) {
    case v1::SignInChange::kAccount: {
      auto account = change.account();
      account.clear_totp_last_step();
      add("account", account.user(), account.SerializeAsString());
      break;
    }
    case v1::SignInChange::kOpened:
      add("open", change.opened().token_sha256(), change.opened().SerializeAsString());
      break;
    case v1::SignInChange::kSeen:
      add("see", change.seen().token_sha256(), std::to_string(change.seen().last_seen_at_us()));
      break;
    case v1::SignInChange::kEnded:
      add("end", change.ended().token_sha256(), "");
      break;
    case v1::SignInChange::kTotpUsed:
      add("totp", change.totp_used().user(), std::to_string(change.totp_used().step()));
      break;
    case v1::SignInChange::BODY_NOT_SET:
      add("nothing", "", "");
      break;
  }
  command.push_back(change.SerializeAsString());
  return command;
}

}  // namespace

struct account_journal::state : std::enable_shared_from_this<state> {
  struct kept_change {
    v1::SignInChange change;
    std::function<void(journal_outcome)> done;  // empty once it was answered
    bool sent = false;
  };

  std::weak_ptr<redis::connection> connection;
  std::map<std::uint64_t, kept_change> kept;  // in the order they were made
  std::uint64_t next = 0;

  void send(std::uint64_t number) {
    const auto link = connection.lock();
    if (!link) return answered(number, redis::errc::stopped);
    kept.at(number).sent = true;
    link->send(command_for(kept.at(number).change),
               [self = shared_from_this(), number](base::result<redis::reply> reply) {
                 self->answered(number, std::move(reply));
               });
  }

  void send_all() {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, change] : kept)
      if (!change.sent) numbers.push_back(number);
    for (const auto number : numbers) send(number);
  }

  void answered(std::uint64_t number, base::result<redis::reply> reply) {
    const auto at = kept.find(number);
    if (at == kept.end()) return;
    const auto done = std::exchange(at->second.done, {});
    auto outcome = journal_outcome::unreachable;
    if (reply) {
      const bool changed = reply->is(redis::reply::kind::integer) && reply->integer == 1;
      outcome = changed ? journal_outcome::durable : journal_outcome::refused;
      kept.erase(at);
    } else {
      at->second.sent = false;
    }
    if (done) done(outcome);
  }
};

account_journal::account_journal(std::shared_ptr<redis::connection> connection)
    : state_{std::make_shared<state>()} {
  state_->connection = connection;
  connection->on_state([weak = std::weak_ptr{state_}](bool connected) {
    const auto self = weak.lock();
    if (self && connected) self->send_all();
  });
}

void account_journal::write(v1::SignInChange change, std::function<void(journal_outcome)> done) {
  auto& kept = state_->kept;
  if (kept.size() >= kept_max && change.has_seen()) {
    if (done) done(journal_outcome::unreachable);
    return;
  }
  const auto number = state_->next++;
  kept.emplace(number, state::kept_change{std::move(change), std::move(done)});
  state_->send(number);
}

std::size_t account_journal::unconfirmed() const noexcept { return state_->kept.size(); }

namespace {

/// Field and value, of a reply to HGETALL.
base::result<std::map<std::string, std::string>> read_hash(const redis::reply& reply) {
  if (!reply.is(redis::reply::kind::array) || reply.elements.size() % 2 != 0)
    return error::store_damaged;
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i < reply.elements.size(); i += 2)
    fields[reply.elements[i].text] = reply.elements[i + 1].text;
  return fields;
}

struct four_hashes {
  std::map<std::string, std::string> accounts, sessions, seen, totp;
};

std::uint64_t number_in(const std::map<std::string, std::string>& fields, const std::string& key) {
  const auto at = fields.find(key);
  return at == fields.end() ? 0 : std::strtoull(at->second.c_str(), nullptr, 10);
}

base::result<stored_accounts> assemble(const four_hashes& hashes) {
  stored_accounts out;
  for (const auto& [user, bytes] : hashes.accounts) {
    auto& account = out.accounts.emplace_back();
    if (!account.ParseFromString(bytes) || account.user() != user) return error::store_damaged;
    account.set_totp_last_step(number_in(hashes.totp, user));
  }
  for (const auto& [name, bytes] : hashes.sessions) {
    auto& session = out.sessions.emplace_back();
    if (!session.ParseFromString(bytes) || session.token_sha256() != name)
      return error::store_damaged;
    session.set_last_seen_at_us(std::max(session.last_seen_at_us(),
                                         static_cast<std::int64_t>(number_in(hashes.seen, name))));
  }
  return out;
}

}  // namespace

void load_accounts(redis::connection& connection,
                   std::function<void(base::result<stored_accounts>)> done) {
  auto hashes = std::make_shared<four_hashes>();
  auto failure = std::make_shared<boost::system::error_code>();
  const auto read_into = [hashes, failure](auto four_hashes::*field) {
    return [hashes, failure, field](base::result<redis::reply> reply) {
      if (!reply) {
        *failure = error::store_unreachable;
      } else if (auto fields = read_hash(*reply)) {
        (*hashes).*field = std::move(*fields);
      } else {
        *failure = fields.error();
      }
    };
  };
  const auto ask = [&connection](std::string_view key, redis::reply_handler handler) {
    connection.send(redis::arguments{"HGETALL", std::string{key}}, std::move(handler));
  };
  ask(keys::accounts, read_into(&four_hashes::accounts));
  ask(keys::sessions, read_into(&four_hashes::sessions));
  ask(keys::seen, read_into(&four_hashes::seen));
  // Replies come in order, so the last one finds the others read.
  ask(keys::totp, [hashes, failure, last = read_into(&four_hashes::totp),
                   done = std::move(done)](base::result<redis::reply> reply) {
    last(std::move(reply));
    if (failure->failed()) return done(*failure);
    done(assemble(*hashes));
  });
}

}  // namespace varde::registry
