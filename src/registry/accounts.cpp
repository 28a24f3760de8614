// Sign-in, step by step, and the table of sessions.
#include "registry/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.hpp"
#include "registry/totp.hpp"

namespace varde::registry {

namespace {

constexpr std::size_t user_bytes_max = 64;
constexpr std::size_t password_bytes_max =
    4 * password_characters_max;         // UTF-8 takes up to four a character
constexpr std::size_t token_bytes = 32;  // 256 bits
constexpr std::size_t token_text_max = 64;
constexpr std::chrono::seconds busy_retry{2};

/// Whether nothing differs but the one-time codes that were used.
bool same_rights(const v1::Account& before, v1::Account now) {
  now.set_totp_last_step(before.totp_last_step());
  return before.SerializeAsString() == now.SerializeAsString();
}

}  // namespace

struct accounts::pending_sign_in {
  sign_in_attempt attempt;
  std::function<void(sign_in_answer)> done;
  std::shared_ptr<const v1::Account>
      account;  // as it stood when the password was asked about; may be null

  void answer(sign_in_status status) { done(sign_in_answer{.status = status}); }
};

accounts::accounts(password_worker& worker, sign_in_journal& journal, account_options options,
                   clock now)
    : worker_{worker},
      journal_{journal},
      options_{std::move(options)},
      now_{std::move(now)},
      writer_{fmt::format("{}/{}", options_.node, base::random_hex(8))} {}

void accounts::sign_in(sign_in_attempt attempt, std::function<void(sign_in_answer)> done) {
  const auto now = now_();
  const bool too_long =
      attempt.user.size() > user_bytes_max || attempt.password.size() > password_bytes_max;
  if (too_long) attempt.user.resize(std::min(attempt.user.size(), user_bytes_max));
  const auto wait = throttle_.admit(attempt.user, attempt.origin, now);
  if (wait.count() > 0)
    return done(sign_in_answer{.status = sign_in_status::slow_down, .retry_after = wait});
  if (too_long) return done(sign_in_answer{});

  auto pending = std::make_shared<pending_sign_in>();
  pending->account = find_account(attempt.user);
  pending->attempt = std::move(attempt);
  pending->done = std::move(done);
  const bool taken = worker_.verify(
      pending->account ? pending->account->password_hash() : std::string{},
      pending->attempt.password, [this, pending, alive = std::weak_ptr{alive_}](bool matches) {
        if (!alive.expired()) password_checked(pending, matches);
      });
  if (taken) return;
  throttle_.withdraw(pending->attempt.user, pending->attempt.origin, now);
  pending->done(sign_in_answer{.status = sign_in_status::slow_down, .retry_after = busy_retry});
}

void accounts::password_checked(const pending_pointer& pending, bool matches) {
  // The account may have been changed while the hash was being computed.
  const auto account = find_account(pending->attempt.user);
  const bool good = matches && account && !account->disabled() &&
                    account->password_hash() == pending->account->password_hash();
  if (!good) return pending->answer(sign_in_status::wrong_credentials);
  pending->account = account;
  if (account->totp_secret().empty()) return open_session(pending);
  check_second_factor(pending);
}

void accounts::check_second_factor(const pending_pointer& pending) {
  const auto& attempt = pending->attempt;
  const auto& account = *pending->account;
  if (attempt.totp.empty()) {
    throttle_.withdraw(attempt.user, attempt.origin, now_());
    return pending->answer(sign_in_status::totp_required);
  }
  const auto step =
      accept_totp(account.totp_secret(), attempt.totp, now_(), account.totp_last_step());
  if (!step) return pending->answer(sign_in_status::wrong_credentials);
  v1::SignInChange change;
  change.mutable_totp_used()->set_user(account.user());
  change.mutable_totp_used()->set_step(*step);
  apply(change);
  write(std::move(change), [this, pending, alive = std::weak_ptr{alive_}](journal_outcome outcome) {
    if (alive.expired()) return;
    if (outcome == journal_outcome::refused)
      return pending->answer(sign_in_status::wrong_credentials);
    open_session(pending);
  });
}

void accounts::open_session(const pending_pointer& pending) {
  const auto now = now_();
  const auto& attempt = pending->attempt;
  throttle_.succeeded(attempt.user, attempt.origin, now);
  if (!attempt.previous_token.empty() && attempt.previous_token.size() <= token_text_max)
    end(base::sha256_hex(attempt.previous_token), v1::END_REASON_REPLACED, true);
  make_room_for(attempt.user);

  const auto token = base::random_token(token_bytes);
  v1::SignInChange change;
  auto& session = *change.mutable_opened();
  session.set_token_sha256(base::sha256_hex(token));
  session.set_user(pending->account->user());
  session.set_created_at_us(base::to_us(now));
  session.set_last_seen_at_us(base::to_us(now));
  session.set_csrf(base::random_token(token_bytes));
  session.set_origin(attempt.origin);
  sessions_.insert_or_assign(session.token_sha256(),
                             held_session{session, session.last_seen_at_us(), false});

  write(change, [this, pending, token, name = session.token_sha256(),
                 alive = std::weak_ptr{alive_}](journal_outcome outcome) {
    if (alive.expired()) return;
    if (const auto at = sessions_.find(name); at != sessions_.end())
      at->second.stored = outcome == journal_outcome::durable;
    sign_in_answer answer;
    answer.holder = find_session_by_name(name, false);
    if (answer.holder) {  // else it was ended while the journal wrote
      answer.status = sign_in_status::signed_in;
      answer.token = token;
    }
    pending->done(std::move(answer));
  });
}

void accounts::make_room_for(const std::string& user) {
  std::vector<const v1::Session*> own;
  for (const auto& [name, held] : sessions_)
    if (held.session.user() == user) own.push_back(&held.session);
  if (own.size() < options_.sessions_per_account_max) return;
  const auto* oldest = *std::ranges::min_element(
      own, {}, [](const v1::Session* session) { return session->created_at_us(); });
  end(std::string{oldest->token_sha256()}, v1::END_REASON_REPLACED, true);
}

std::optional<session_holder> accounts::find_session(std::string_view token) {
  if (token.empty() || token.size() > token_text_max) return std::nullopt;
  return find_session_by_name(base::sha256_hex(token), true);
}

std::optional<session_holder> accounts::find_session_by_name(std::string_view session,
                                                             bool touch_it) {
  const auto at = sessions_.find(session);
  if (at == sessions_.end()) return std::nullopt;
  if (const auto reason = over(at->second.session)) {
    end(std::string{session}, *reason, true);
    return std::nullopt;
  }
  const auto account = find_account(at->second.session.user());
  if (!account || account->disabled()) return std::nullopt;
  if (touch_it) touch(at->second);
  return session_holder{account, at->first, at->second.session.csrf()};
}

std::optional<v1::EndReason> accounts::over(const v1::Session& session) const {
  const auto now = now_();
  if (now - base::from_us(session.created_at_us()) >= options_.session_max)
    return v1::END_REASON_EXPIRED;
  if (now - base::from_us(session.last_seen_at_us()) >= options_.session_idle)
    return v1::END_REASON_IDLE;
  return std::nullopt;
}

void accounts::touch(held_session& held) {
  const auto now = now_();
  held.session.set_last_seen_at_us(base::to_us(now));
  if (now - base::from_us(held.seen_written_us) < options_.seen_every) return;
  held.seen_written_us = base::to_us(now);
  v1::SignInChange change;
  change.mutable_seen()->set_token_sha256(held.session.token_sha256());
  change.mutable_seen()->set_last_seen_at_us(held.session.last_seen_at_us());
  write(std::move(change));
}

bool accounts::sign_out(std::string_view token) {
  if (token.size() > token_text_max) return false;
  const auto name = base::sha256_hex(token);
  if (!sessions_.contains(name)) return false;
  end(name, v1::END_REASON_SIGNED_OUT, true);
  return true;
}

void accounts::end_sessions_of(std::string_view user, v1::EndReason reason) {
  std::vector<std::string> names;
  for (const auto& [name, held] : sessions_)
    if (held.session.user() == user) names.push_back(name);
  for (const auto& name : names) end(name, reason, true);
}

void accounts::end_expired() {
  std::vector<std::pair<std::string, v1::EndReason>> ended;
  for (const auto& [name, held] : sessions_)
    if (const auto reason = over(held.session)) ended.emplace_back(name, *reason);
  for (const auto& [name, reason] : ended) end(name, reason, true);
  std::erase_if(ended_, [this, now = now_()](const auto& one) {
    return now - one.second > options_.session_max;
  });
}

void accounts::end(const std::string& name, v1::EndReason reason, bool tell_others) {
  const auto at = sessions_.find(name);
  if (at == sessions_.end()) return;
  v1::SignInChange change;
  change.mutable_ended()->set_token_sha256(name);
  change.mutable_ended()->set_user(at->second.session.user());
  change.mutable_ended()->set_reason(reason);
  sessions_.erase(at);
  ended_[change.ended().token_sha256()] = now_();
  for (const auto& listener : session_ended_) listener(change.ended());
  if (tell_others) write(std::move(change));
}

std::shared_ptr<const v1::Account> accounts::find_account(std::string_view user) const {
  const auto at = accounts_.find(user);
  return at == accounts_.end() ? nullptr : at->second;
}

std::vector<std::shared_ptr<const v1::Account>> accounts::all_accounts() const {
  std::vector<std::shared_ptr<const v1::Account>> all;
  all.reserve(accounts_.size());
  for (const auto& [user, account] : accounts_) all.push_back(account);
  return all;
}

std::vector<std::shared_ptr<const v1::Account>> accounts::seen_since(base::wall_time at) const {
  std::set<std::string_view> users;
  for (const auto& [name, held] : sessions_)
    if (held.session.last_seen_at_us() >= base::to_us(at)) users.insert(held.session.user());
  std::vector<std::shared_ptr<const v1::Account>> out;
  for (const auto user : users)
    if (const auto account = accounts_.find(user);
        account != accounts_.end() && !account->second->disabled())
      out.push_back(account->second);
  return out;
}

void accounts::put_account(v1::Account account, std::function<void(journal_outcome)> done) {
  v1::SignInChange change;
  *change.mutable_account() = account;
  store(std::move(account));
  write(std::move(change), std::move(done));
}

void accounts::store(v1::Account account) {
  const auto before = find_account(account.user());
  if (before)
    account.set_totp_last_step(std::max(account.totp_last_step(), before->totp_last_step()));
  const auto now = std::make_shared<const v1::Account>(std::move(account));
  accounts_[now->user()] = now;
  // After every outage all accounts are loaded again: one that is as it was must not put its
  // people out.
  if (before && !now->disabled() && same_rights(*before, *now)) return;
  if (now->disabled() || (before && before->password_hash() != now->password_hash()))
    end_sessions_of(now->user(), v1::END_REASON_REVOKED);
  for (const auto& listener : account_changed_) listener(*now);
}

void accounts::on_session_ended(std::function<void(const v1::SessionEnded&)> listener) {
  session_ended_.push_back(std::move(listener));
}

void accounts::on_account_changed(std::function<void(const v1::Account&)> listener) {
  account_changed_.push_back(std::move(listener));
}

void accounts::write(v1::SignInChange change, std::function<void(journal_outcome)> done) {
  change.set_writer(writer_);
  journal_.write(std::move(change), std::move(done));
}

void accounts::take_stored(const v1::Session& session) {
  if (ended_.contains(session.token_sha256())) return;
  auto& held = sessions_[session.token_sha256()];
  const auto seen_us = std::max(held.session.last_seen_at_us(), session.last_seen_at_us());
  held.session = session;
  held.session.set_last_seen_at_us(seen_us);
  held.stored = true;
}

void accounts::load(std::vector<v1::Account> stored_accounts,
                    std::vector<v1::Session> stored_sessions) {
  for (auto& account : stored_accounts) store(std::move(account));
  std::set<std::string_view> kept;
  for (const auto& session : stored_sessions) {
    kept.insert(session.token_sha256());
    take_stored(session);
  }
  std::vector<std::string> gone;
  for (const auto& [name, held] : sessions_)
    if (held.stored && !kept.contains(name)) gone.push_back(name);
  for (const auto& name : gone) end(name, v1::END_REASON_REVOKED, false);
  end_expired();
}

void accounts::apply(const v1::SignInChange& change) {
  // Our own changes were carried out before they were written. An account's is carried out again: a
  // load may have brought back what stood in the store before.
  if (change.writer() == writer_ && !change.has_account()) return;
  switch (change.body_case()) {
    case v1::SignInChange::kAccount:
      return store(change.account());
    case v1::SignInChange::kOpened:
      return take_stored(change.opened());
    case v1::SignInChange::kSeen: {
      const auto at = sessions_.find(change.seen().token_sha256());
      if (at == sessions_.end()) return;
      auto& session = at->second.session;
      session.set_last_seen_at_us(
          std::max(session.last_seen_at_us(), change.seen().last_seen_at_us()));
      return;
    }
    case v1::SignInChange::kEnded:
      return end(change.ended().token_sha256(), change.ended().reason(), false);
    case v1::SignInChange::kTotpUsed: {
      const auto account = find_account(change.totp_used().user());
      if (!account || account->totp_last_step() >= change.totp_used().step()) return;
      auto next = std::make_shared<v1::Account>(*account);
      next->set_totp_last_step(change.totp_used().step());
      accounts_[next->user()] = std::move(next);
      return;
    }
    case v1::SignInChange::BODY_NOT_SET:
      return;
  }
}

}  // namespace varde::registry
