// Which Redis a command that runs and ends works on: one with an address, or the private one of an
// embedded server, whether that is running just now or not.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "redis/endpoint.hpp"
#include "redis/server_process.hpp"
#include "server/blocking_store.hpp"

namespace varde::server {

struct redis_choice {
  std::string url;          // wins over the configuration
  std::string config_file;  // its redis.url
  bool embedded = false;    // the private one in `data`
  std::string data;
};

enum class use : std::uint8_t {
  beside_nodes,  // an embedded server that runs is used as it runs
  alone,         // nobody else may use the data directory
  alone_at_new,  // the same, and the directory need not be there yet
};

/// Keeps the private server, if it had to be started, until the end.
class command_redis {
 public:
  /// Empty, or what is wrong as a sentence. Blocks until a private server has loaded its data.
  [[nodiscard]] std::string open(const redis_choice& choice, use how);
  [[nodiscard]] const redis::endpoint& where() const noexcept { return where_; }

 private:
  std::unique_ptr<redis::server_process> own_;
  redis::endpoint where_;
};

/// All keys that match the pattern, sorted.
[[nodiscard]] base::result<std::vector<std::string>> keys_like(blocking_store& store,
                                                               const std::string& pattern);

}  // namespace varde::server
