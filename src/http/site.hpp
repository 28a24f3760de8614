// What all connections of one listener share: the routes, the pages, the limits, the counters and
// whether the server is draining. Inside the room only.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/metrics.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/pages.hpp"
#include "http/router.hpp"
#include "http/security.hpp"

namespace varde::http {

/// A connection as its listener sees it; registered for its life.
class open_connection {
 public:
  virtual ~open_connection() = default;
  /// Closes its socket at once.
  virtual void abort() = 0;
  /// Closes it if it waits for a request; else it closes itself after the next answer.
  virtual void drain() = 0;
};

struct site_counters {
  explicit site_counters(base::metrics& metrics, const std::string& listener);

  base::counter& requests;
  base::counter& refused;  // malformed, oversized, slow
  base::counter& failed_handshakes;
  base::counter& turned_away;  // over the limit on connections
  base::gauge& connections;
  base::gauge& websockets;
  base::latency_histogram& answer_time;
};

/// Web thread only.
struct site {
  site(base::metrics& metrics, const std::string& listener) : counters{metrics, listener} {}

  router routes;
  pages content;
  origin_list origins;
  limits bounds;
  std::string security_text;  // the headers of every response
  site_counters counters;
  bool draining = false;
  std::unordered_set<open_connection*> open;
  std::size_t websocket_count = 0;

  /// The bytes of a response. `head_only` leaves the content out but not its length.
  [[nodiscard]] std::string head_of(const response& out, bool keep_alive) const;
};

}  // namespace varde::http
