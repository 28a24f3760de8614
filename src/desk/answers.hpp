// From what the core said to what the page gets; and who is acting, as the ledger will remember it.
#pragma once

#include <string>
#include <string_view>

#include "board/gateway.hpp"
#include "http/message.hpp"
#include "registry/accounts.hpp"
#include "registry/directory.hpp"

namespace varde::desk {

/// The person behind a session as an entry's actor.
[[nodiscard]] alarm::v1::Actor actor_of(const registry::session_holder& who,
                                        std::string_view origin);
/// True for roles that work at the desk; others get 403 whatever they ask for there.
[[nodiscard]] bool works_at_desk(const registry::v1::Account& account);
[[nodiscard]] http::response not_your_role();

/// Whose audit trail it goes to: the municipality's if there is such a one, else the centre's. Ids
/// in a request are the asker's words and must not make new streams.
[[nodiscard]] std::string trail_of(const registry::directory& directory,
                                   std::string_view municipality);
/// "done", "stale", a refusal's code: for the audit trail.
[[nodiscard]] std::string_view audit_result(const board::command_result& result);

/// The problem for a command that was not carried out. `members` is more of its JSON, as
/// "\"current\":{…}".
[[nodiscard]] http::response command_problem(const board::command_result& result,
                                             std::string_view members);

}  // namespace varde::desk
