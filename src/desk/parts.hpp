// What the desk is made of from outside: everything it calls, as references that outlive it. Web
// thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "board/gateway.hpp"
#include "board/watch.hpp"
#include "http/router.hpp"
#include "http/web_thread.hpp"
#include "registry/accounts.hpp"
#include "registry/audit.hpp"
#include "registry/directory.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::desk {

class front_door;

using history_handler = std::function<void(base::result<std::vector<alarm::v1::Entry>>)>;
/// Reads a subject's ledger entries of versions `from`…`to`, both included, and answers on the web
/// thread.
using history_reader =
    std::function<void(const std::string& municipality, const std::string& subject,
                       std::uint64_t from, std::uint64_t to, history_handler done)>;
/// Opens a responder's live feed; the field has it.
using responder_feed =
    std::function<http::upgrade_verdict(const http::request&, const registry::session_holder&)>;
/// When the device or sensor of that number was last heard, as far as this node knows, Unix
/// seconds; 0: not since anybody remembers.
using last_heard_reader = std::function<std::uint32_t(registry::thing_number)>;

struct desk_parts {
  http::web_thread& web;
  http::router& routes;
  front_door& door;
  board::gateway& gateway;
  board::watch& watch;
  const registry::directory& directory;
  registry::accounts& accounts;
  registry::audit_trail& audit;
  base::metrics& metrics;
  history_reader history;
  responder_feed responders;
  last_heard_reader last_heard;
  std::string centre_name =
      "Responssenteret";  // shown for devices that no municipality has registered
};

}  // namespace varde::desk
