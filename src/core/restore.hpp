// Restoring the board at start: each municipality's snapshot, then the ledger after it, then, where
// other nodes write too, following what they write.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/position.hpp"
#include "redis/endpoint.hpp"

namespace boost::asio {
class io_context;
}
namespace varde::redis {
class connection;
}

namespace varde::core {

class engine;

/// On the core thread.
class restore {
 public:
  restore(boost::asio::io_context& io, redis::connection& connection, redis::endpoint where,
          engine& into);
  ~restore();

  /// Goes on until every municipality has been read, however often Redis has to be asked; `done`
  /// gets an error only for a ledger that can be reached and not read. Call it before the
  /// connection is started.
  void begin(std::vector<std::string> municipalities, bool follow_others,
             std::function<void(base::error_code)> done);
  /// A municipality that came later: follows it from its beginning. Does nothing if it is followed,
  /// or if nobody else writes.
  void add(const std::string& municipality);
  /// Of the newest entry of others and ourselves that has come by; nullopt if nobody else writes.
  [[nodiscard]] std::optional<ledger::position> followed_to(const std::string& municipality) const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace varde::core
