// Accounts and sessions in Redis: written through in order, kept and sent again while Redis is
// away.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "redis/connection.hpp"
#include "registry/accounts.hpp"

namespace varde::registry {

/// On the connection's thread, which is the accounts' thread too. Outlive the connection's
/// handlers: destroy it after the connection was stopped and its io_context has run out, or with
/// both.
class account_journal final : public sign_in_journal {
 public:
  /// Changes kept while Redis is away. Beyond it signs of life are left out, and the rest still
  /// kept.
  static constexpr std::size_t kept_max = 10'000;

  explicit account_journal(std::shared_ptr<redis::connection> connection);

  void write(v1::SignInChange change, std::function<void(journal_outcome)> done) override;
  /// Changes that Redis has not confirmed.
  [[nodiscard]] std::size_t unconfirmed() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

/// What Redis holds of accounts and sessions.
struct stored_accounts {
  std::vector<v1::Account> accounts;  // with totp_last_step filled in
  std::vector<v1::Session> sessions;  // with last_seen_at_us filled in
};
/// Errors: store_unreachable, store_damaged.
void load_accounts(redis::connection& connection,
                   std::function<void(base::result<stored_accounts>)> done);

}  // namespace varde::registry
