// Who the master is, judged from the answers of several sentinels. No I/O: a sentinel that was
// frozen or cut off and tells an old story is outvoted by the epoch of a newer one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "redis/endpoint.hpp"
#include "redis/reply.hpp"

namespace varde::redis {

struct named_master {
  address at;
  std::uint64_t epoch = 0;  // Sentinel's config-epoch: grows with every failover

  friend bool operator==(const named_master&, const named_master&) = default;
};

/// From the reply to SENTINEL MASTER, a flat list of names and values. Fails with malformed_reply.
[[nodiscard]] base::result<named_master> parse_sentinel_master(const reply& answer);

class sentinel_view {
 public:
  /// An answer counts for `age_max`.
  sentinel_view(std::size_t sentinels, std::chrono::milliseconds age_max)
      : answers_(sentinels), age_max_(age_max) {}

  /// The newest answer of sentinel number `which`.
  void note(std::size_t which, named_master said, base::steady_time now);
  /// Of the answers that count, the one with the highest epoch.
  [[nodiscard]] std::optional<named_master> master(base::steady_time now) const;

 private:
  struct answer {
    named_master said;
    base::steady_time at;
  };
  std::vector<std::optional<answer>> answers_;  // by sentinel
  std::chrono::milliseconds age_max_;
};

}  // namespace varde::redis
