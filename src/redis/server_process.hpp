// The private redis-server of the embedded mode: started, kept alive, and stopped by us, on a Unix
// socket that only we can open. What was acknowledged is on its disk: append-only file, fsync
// always.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::redis {

struct server_options {
  std::string program = "redis-server";           // a name on the PATH or a path
  std::chrono::milliseconds load_limit{600'000};  // reading the append-only file at start
  std::chrono::milliseconds stop_limit{30'000};   // SHUTDOWN, then it is killed
};

/// One sentence for a person: what is wrong, where, and what to do.
struct server_failure {
  std::string sentence;
};

/// Owns DIR/varde.lock (one varde a directory) and the server in DIR/redis, which is readable by
/// its owner only. The server dies with this process, however that dies; one that was left over is
/// ended before a new one starts. If it ends by itself, a new one is started after a back-off. Any
/// one thread.
class server_process {
 public:
  using start_result = boost::system::result<std::unique_ptr<server_process>, server_failure>;

  /// Blocks until the server has loaded its data and answers.
  [[nodiscard]] static start_result start(const std::filesystem::path& directory,
                                          const server_options& options = {});
  ~server_process();
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  [[nodiscard]] const endpoint& where() const noexcept;
  /// 0 while it is not running.
  [[nodiscard]] pid_t pid() const noexcept;
  /// SIGTERM, which Redis takes as SHUTDOWN; blocks until it is gone, at most `stop_limit`.
  void stop();

 private:
  struct parts;
  explicit server_process(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

}  // namespace varde::redis
