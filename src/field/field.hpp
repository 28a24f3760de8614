// The home-care teams' API: the visits of one's own teams, the steps of a visit, the key box's code
// on demand, and the responders' live feed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "board/gateway.hpp"
#include "board/watch.hpp"
#include "http/router.hpp"
#include "http/web_thread.hpp"
#include "registry/accounts.hpp"
#include "registry/audit.hpp"
#include "registry/directory.hpp"

namespace varde::field {

/// Ended visits are listed for this long.
inline constexpr std::chrono::hours ended_shown{12};
inline constexpr std::chrono::seconds beat_interval{5};

struct field_parts {
  http::web_thread& web;
  http::router& routes;
  /// Who asks; nullopt when it has refused and answered. The desk's front door.
  std::function<std::optional<registry::session_holder>(const http::exchange_pointer&)> admit;
  board::gateway& gateway;
  board::watch& watch;
  const registry::directory& directory;
  registry::accounts& accounts;
  registry::audit_trail& audit;
  std::string centre_phone;  // where a municipality has no number of its own
};

/// Make it on the web thread or before it runs, before the server starts. Everything in `parts`
/// outlives it.
class field {
 public:
  explicit field(field_parts parts);
  ~field();
  field(const field&) = delete;
  field& operator=(const field&) = delete;

  /// Opens a responder's live feed, for the desk's live route.
  [[nodiscard]] http::upgrade_verdict open_feed(const http::request& in,
                                                const registry::session_holder& who);
  /// Says bye on every live feed.
  void drain();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::field
