// People who sign in, and the sessions they have: in memory, so that a request's session is found
// without I/O; every change is also handed to a journal, from which the other nodes and the next
// start learn it.
//
// Threads: one owner, the web thread, calls everything here and is called back on it. Only the
// Argon2id work runs elsewhere, on the password_worker's threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "registry/password_worker.hpp"
#include "registry/sign_in_throttle.hpp"
#include "varde/registry/v1/account.pb.h"

namespace varde::registry {

enum class journal_outcome : std::uint8_t {
  durable,
  refused,      // another node was first: the one-time code was used there
  unreachable,  // the store is away; the journal keeps the change and goes on trying
};

/// Where changes are kept and told to the other nodes. The Redis one is in account_store.hpp.
class sign_in_journal {
 public:
  virtual ~sign_in_journal() = default;
  /// `done` is called once, on the web thread; may be empty.
  virtual void write(v1::SignInChange change, std::function<void(journal_outcome)> done) = 0;
};

struct account_options {
  std::string node;                       // this node's name
  std::chrono::minutes session_idle{60};  // nothing heard for this long ends a session
  std::chrono::hours session_max{
      13};  // a session never lives longer: a night shift and its hand-over
  std::size_t sessions_per_account_max = 16;  // the oldest goes when one more is opened
  std::chrono::seconds seen_every{60};        // how often "seen" is written through
};

/// A session that is good now, and whose it is. `account` is as the account stands at this moment:
/// ask again for each request, since a right may have been taken away.
struct session_holder {
  std::shared_ptr<const v1::Account> account;  // never null
  std::string session;  // hex SHA-256 of the token: names the session, opens nothing
  std::string csrf;
};

enum class sign_in_status : std::uint8_t {
  signed_in,
  wrong_credentials,  // unknown user, wrong password, wrong code, disabled: one answer for all,
                      // after equal work
  totp_required,  // the password is right and the account has a second factor; send both again with
                  // the code
  slow_down,      // too many tries; nothing was checked; again after `retry_after`
};

struct sign_in_attempt {
  std::string user;
  std::string password;
  std::string totp;    // six digits, or empty
  std::string origin;  // network address, without port
  std::string
      previous_token;  // the cookie that came with the request; its session ends. May be empty
};

struct sign_in_answer {
  sign_in_status status = sign_in_status::wrong_credentials;
  std::string token;                     // for the cookie, nowhere else; only when signed_in
  std::optional<session_holder> holder;  // only when signed_in
  std::chrono::seconds retry_after{0};   // only when slow_down
};

class accounts {
 public:
  using clock = std::function<base::wall_time()>;

  accounts(password_worker& worker, sign_in_journal& journal, account_options options,
           clock now = base::wall_now);

  accounts(const accounts&) = delete;
  accounts& operator=(const accounts&) = delete;

  /// Checks in this order: the throttle, the password (the same work for a user that does not
  /// exist), the second factor. A new session with a new token each time. `done` is called once,
  /// after the journal has answered, also when the store is away: an operator must get in then too.
  /// Never called when `this` is gone.
  void sign_in(sign_in_attempt attempt, std::function<void(sign_in_answer)> done);

  /// nullopt if the token is no session's or the session is over. Counts as a sign of life.
  [[nodiscard]] std::optional<session_holder> find_session(std::string_view token);
  /// The same by the session's name, for a feed that was opened with it. Counts as a sign of life
  /// only if `touch`.
  [[nodiscard]] std::optional<session_holder> find_session_by_name(std::string_view session,
                                                                   bool touch);

  /// Ends the token's session here at once, and on every node as soon as it hears. False if there
  /// was none.
  bool sign_out(std::string_view token);
  /// Ends every session of the user.
  void end_sessions_of(std::string_view user, v1::EndReason reason);

  /// nullptr if there is none of that name.
  [[nodiscard]] std::shared_ptr<const v1::Account> find_account(std::string_view user) const;
  [[nodiscard]] std::vector<std::shared_ptr<const v1::Account>> all_accounts() const;
  /// Those with a session that was heard of since `at`, at this node or, to within `seen_every`, at
  /// another; each once.
  [[nodiscard]] std::vector<std::shared_ptr<const v1::Account>> seen_since(
      base::wall_time at) const;
  /// Makes or changes an account, from now on and everywhere. Disabling it or changing its password
  /// ends its sessions. `done` as in sign_in_journal::write.
  void put_account(v1::Account account, std::function<void(journal_outcome)> done = {});

  /// A session is over: close its feeds now. After the call find_session no longer finds it.
  void on_session_ended(std::function<void(const v1::SessionEnded&)> listener);
  /// An account is not what it was: feeds of its sessions must be asked about again.
  void on_account_changed(std::function<void(const v1::Account&)> listener);

  /// Ends what is over. Call at least every 10 s.
  void end_expired();

  /// What another node wrote, or what was found at the start. Tells the listeners, journals
  /// nothing.
  void apply(const v1::SignInChange& change);

  /// Everything the store holds. A session that was kept there once and no longer is has been ended
  /// elsewhere, and ends here; one that the journal has not written yet stays.
  void load(std::vector<v1::Account> stored_accounts, std::vector<v1::Session> stored_sessions);

  [[nodiscard]] std::size_t session_count() const noexcept { return sessions_.size(); }

 private:
  struct pending_sign_in;
  using pending_pointer = std::shared_ptr<pending_sign_in>;
  struct held_session {
    v1::Session session;
    std::int64_t seen_written_us = 0;
    bool stored = false;  // the store has, or had, it
  };

  void password_checked(const pending_pointer& pending, bool matches);
  void check_second_factor(const pending_pointer& pending);
  void open_session(const pending_pointer& pending);
  void make_room_for(const std::string& user);
  void store(v1::Account account);
  void end(const std::string& name, v1::EndReason reason, bool tell_others);
  void touch(held_session& held);
  void take_stored(const v1::Session& session);
  void write(v1::SignInChange change, std::function<void(journal_outcome)> done = {});
  [[nodiscard]] std::optional<v1::EndReason> over(const v1::Session& session) const;

  password_worker& worker_;
  sign_in_journal& journal_;
  const account_options options_;
  const clock now_;
  const std::string writer_;  // this process, to know its own changes by
  sign_in_throttle throttle_;
  std::map<std::string, std::shared_ptr<const v1::Account>, std::less<>> accounts_;
  std::map<std::string, held_session, std::less<>> sessions_;  // by name
  std::map<std::string, base::wall_time> ended_;  // so that no late news brings one back
  std::vector<std::function<void(const v1::SessionEnded&)>> session_ended_;
  std::vector<std::function<void(const v1::Account&)>> account_changed_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace varde::registry
