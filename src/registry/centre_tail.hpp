// Keeps one node's registry and accounts as Redis has them: loads everything at each connect, then
// follows the centre's two streams, so that a sign-out or an import made at any node acts here at
// once.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "redis/connection.hpp"
#include "registry/accounts.hpp"
#include "registry/directory.hpp"

namespace varde::registry {

/// On the connection's thread, which must be the accounts' thread.
class centre_tail {
 public:
  /// How long one read waits in Redis; below the connection's reply limit.
  static constexpr std::chrono::milliseconds wait{4'000};
  /// Changes taken by one read.
  static constexpr std::size_t batch_max = 256;

  /// The connection is this tail's alone, since its reads block.
  centre_tail(std::shared_ptr<redis::connection> connection, directory& municipalities,
              accounts& people);
  ~centre_tail();

  /// Call before the connection's start(). `loaded` is called after each load with what came of it;
  /// an error means that the next connect tries again, and what was in force stays so.
  void start(std::function<void(base::error_code)> loaded);

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace varde::registry
