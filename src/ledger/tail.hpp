// Following the ledgers of several municipalities as they grow, whoever writes them. After a lost
// connection it goes on a minute before where it was, since a failover may have rewound the ledger:
// no entry is skipped, and some come twice.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ledger/position.hpp"
#include "ledger/read.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

/// On the connection's thread. The connection must be used by nothing else, since reading blocks
/// it, and must outlive the tail.
class tail {
 public:
  explicit tail(redis::connection& connection);
  /// No handler is called any more.
  ~tail();
  tail(const tail&) = delete;
  tail& operator=(const tail&) = delete;

  /// Follows the municipality from after `from`; takes effect within a second. Adding one that is
  /// already followed does nothing.
  void add(const std::string& municipality, position from);
  /// Begins. `each` gets every entry, in order within its municipality; `after_batch`, if there is
  /// one, is called once after the entries of one answer. An unreadable entry is logged, counted
  /// and left out.
  void start(entry_handler each, std::function<void()> after_batch = {});

  /// Of the newest entry handed over; nullopt if the municipality is not followed.
  [[nodiscard]] std::optional<position> at(const std::string& municipality) const;
  [[nodiscard]] std::size_t unreadable() const noexcept;

 private:
  class core;
  std::shared_ptr<core> core_;
};

}  // namespace varde::ledger
