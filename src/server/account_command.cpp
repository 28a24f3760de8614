// One account read, changed and written back through the journal that every node follows.
#include "server/account_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <optional>
#include <ostream>

#include "alarm/ids.hpp"
#include "base/hash.hpp"
#include "registry/account_store.hpp"
#include "registry/password.hpp"
#include "registry/totp.hpp"
#include "server/blocking_store.hpp"

namespace varde::server {

namespace {

using registry::v1::Account;

constexpr int exit_done = 0;
constexpr int exit_refused = 1;
constexpr int exit_not_now = 2;
constexpr std::size_t user_characters_max = 64;

std::optional<registry::v1::Role> role_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, registry::v1::Role>, 4> roles{
      {{"operator", registry::v1::ROLE_OPERATOR},
       {"responder", registry::v1::ROLE_RESPONDER},
       {"municipality_administrator", registry::v1::ROLE_MUNICIPALITY_ADMINISTRATOR},
       {"centre_administrator", registry::v1::ROLE_CENTRE_ADMINISTRATOR}}};
  for (const auto& [text, role] : roles)
    if (text == name) return role;
  return std::nullopt;
}

bool is_user_name(std::string_view user) {
  return !user.empty() && user.size() <= user_characters_max &&
         std::ranges::all_of(user, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_' || c == '@';
         });
}

/// Puts what was asked for into the account. Empty, or why not.
std::string change(Account& account, const account_request& request, const std::string& password) {
  const bool fresh = account.user().empty();
  account.set_user(request.user);
  account.set_disabled(request.disable);
  if (!request.name.empty()) account.set_name(request.name);
  if (!request.role.empty()) {
    const auto role = role_named(request.role);
    if (!role)
      return "the role is operator, responder, municipality_administrator or centre_administrator";
    account.set_role(*role);
  }
  if (!request.municipalities.empty())
    account.mutable_municipalities()->Assign(request.municipalities.begin(),
                                             request.municipalities.end());
  if (!request.teams.empty())
    account.mutable_teams()->Assign(request.teams.begin(), request.teams.end());
  for (const auto& team : account.teams())
    if (std::ranges::count(team, '/') != 1)
      return fmt::format("a team is MUNICIPALITY/TEAM, not {}", team);
  if (account.name().empty() || account.role() == registry::v1::ROLE_UNSPECIFIED)
    return "a new account needs --name and --role";
  if (fresh && password.empty()) return "a new account needs a password on standard input";
  if (password.empty()) return {};
  if (const auto good = registry::check_password_rules(password, request.user); !good)
    return good.error().message();
  const auto hash = registry::hash_password(password);
  if (!hash) return hash.error().message();
  account.set_password_hash(*hash);
  return {};
}

}  // namespace

int run_account(const account_request& request, std::istream& in, std::ostream& out,
                std::ostream& errors) {
  const auto refuse = [&](const std::string& why) {
    errors << request.user << ": " << why << '\n';
    return exit_refused;
  };
  if (!is_user_name(request.user))
    return refuse("a user name is 1 to 64 of a-z, 0-9, dot, dash, underscore and @");
  std::string password;
  std::getline(in, password);

  blocking_store store{request.where};
  if (!store.connect()) {
    errors << fmt::format("Redis at {} does not answer: {}\n", redis::describe(request.where),
                          store.why_not());
    return exit_not_now;
  }
  const auto held = store.wait_for<registry::stored_accounts>(
      [](auto& connection, auto done) { registry::load_accounts(connection, std::move(done)); });
  if (!held) {
    errors << held.error().message() << '\n';
    return exit_not_now;
  }
  Account account;
  const auto found =
      std::ranges::find(held->accounts, request.user, [](const Account& a) { return a.user(); });
  if (found != held->accounts.end()) account = *found;
  if (const auto why = change(account, request, password); !why.empty()) return refuse(why);
  if (request.totp)
    account.set_totp_secret(
        registry::encode_base32(base::random_bytes(registry::totp_secret_bytes)));

  registry::v1::SignInChange written;
  *written.mutable_account() = account;
  registry::account_journal journal{store.shared()};
  journal.write(std::move(written), {});
  if (!store.run_until([&] { return journal.unconfirmed() == 0; })) {
    errors << "Redis did not confirm the account; look whether it is there and try again\n";
    return exit_not_now;
  }
  out << fmt::format("{} {}\n", request.user, account.disabled() ? "disabled" : "is in order");
  if (request.totp)
    out << fmt::format(
        "for the authenticator app: otpauth://totp/Varde:{}?secret={}&issuer=Varde\n", request.user,
        account.totp_secret());
  return exit_done;
}

}  // namespace varde::server
