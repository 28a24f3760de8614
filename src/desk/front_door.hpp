// Signing in and out, and the check at the door of every other request: which session, and is it
// really our page that asks. Desk and field both let people in here.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "http/router.hpp"
#include "http/security.hpp"
#include "registry/accounts.hpp"
#include "registry/audit.hpp"
#include "registry/directory.hpp"

namespace varde::desk {

/// What a page should know beside who is signed in.
struct page_options {
  std::string centre_phone;  // where a municipality has no number of its own
  unsigned session_idle_s = 3'600;
  unsigned beat_interval_s = 5;
};

class front_door {
 public:
  front_door(registry::accounts& accounts, const registry::directory& directory,
             const http::origin_list& origins, registry::audit_trail& audit, page_options options);

  /// POST and DELETE session, GET me.
  void add_routes(http::router& routes);

  /// Who asks. nullopt: the request was refused and answered (401, or 403 for a foreign page).
  [[nodiscard]] std::optional<registry::session_holder> admit(const http::exchange_pointer& e);
  /// The same for an upgrade, whose Origin the server has checked; nullopt without an answer.
  [[nodiscard]] std::optional<registry::session_holder> admit_upgrade(const http::request& in);

 private:
  void sign_in(const http::exchange_pointer& e);
  void sign_out(const http::exchange_pointer& e);
  void me(const http::exchange_pointer& e);
  [[nodiscard]] std::string describe(const registry::session_holder& who, bool with_config) const;

  registry::accounts& accounts_;
  const registry::directory& directory_;
  const http::origin_list& origins_;
  registry::audit_trail& audit_;
  page_options options_;
};

/// 401 for who isn't signed in.
[[nodiscard]] http::response not_signed_in();

}  // namespace varde::desk
