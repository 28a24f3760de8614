// The nodes' knowledge of each other: each writes its presence beside the ledger and reads the
// others'. Only how long a beat has stood still counts, by the reader's own clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/time.hpp"
#include "core/housekeeping.hpp"

namespace varde::redis {
class connection;
}

namespace varde::core {

/// On the core thread; the connection outlives it.
class neighbours {
 public:
  /// How often presence is written and read.
  static constexpr std::chrono::seconds beat_every{2};
  /// A console that gave no sign for this long is not said to be here.
  static constexpr std::chrono::seconds user_kept{15};
  /// A node whose beat stands still for this long is not alive.
  static constexpr std::chrono::seconds alive_for{4};

  neighbours(redis::connection& connection, std::string node,
             std::function<void(const neighbourhood&)> tell);

  /// A console of this user gave a sign of life here, or said goodbye.
  void saw(const std::string& user, bool gone);
  /// Writes and reads once; `tell` is called when the others are known.
  void beat();
  /// Takes our presence away: this node stops in order.
  void leave();

 private:
  void take(const std::map<std::string, std::string>& presences);

  struct other {
    std::string presence;  // as last read
    base::steady_time changed{};
  };

  redis::connection& connection_;
  std::string node_;
  std::function<void(const neighbourhood&)> tell_;
  std::map<std::string, base::steady_time> users_;
  std::map<std::string, other> others_;
  std::string ours_;  // as last written
  std::uint64_t beat_;
};

}  // namespace varde::core
