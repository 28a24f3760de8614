// Where a link's next connect goes, when that is not fixed. Internal to this room.
#pragma once

#include <functional>
#include <memory>

#include "base/result.hpp"
#include "redis/connection.hpp"

namespace varde::redis {

/// On the io_context's thread. Handlers are called from the io_context.
class finder {
 public:
  virtual ~finder() = default;
  /// Begins to watch. `moved` is called when what was found last is the master no more.
  virtual void start(std::function<void()> moved) = 0;
  /// Ends it for good; no handler is called any more.
  virtual void stop() = 0;
  /// Asks anew who is the master and calls `done` once, within `find_limit` of the implementation.
  /// One question at a time; a second one takes the place of the first.
  virtual void find(std::function<void(base::result<endpoint>)> done) = 0;
};

/// By the sentinels that `where` names.
[[nodiscard]] std::shared_ptr<finder> make_sentinel_finder(boost::asio::io_context& io,
                                                           endpoint where,
                                                           const connection_options& options);

}  // namespace varde::redis
