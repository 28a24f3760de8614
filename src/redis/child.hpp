// A thread that owns a child process: starts it, waits for its end, starts it anew, and ends it.
// The kernel ties the child's life to the thread that made it, so this thread lives as long as the
// child may.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace varde::redis {

struct child_plan {
  std::string program;  // absolute path
  std::vector<std::string> arguments;
  std::filesystem::path directory;  // it starts in here
  std::filesystem::path log;        // its standard output and error, appended
  std::chrono::milliseconds stop_limit;
};

class child {
 public:
  explicit child(child_plan plan);
  /// Stops it.
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  /// 0 while none runs.
  [[nodiscard]] pid_t pid() const noexcept { return pid_.load(); }
  /// True once the first child has ended before `keep_alive`.
  [[nodiscard]] bool ended() const noexcept { return ended_.load(); }
  /// From now on a child that ends is started anew.
  void keep_alive() noexcept { keep_alive_.store(true); }
  /// SIGTERM, and SIGKILL after the plan's limit. Blocks until it is gone.
  void stop();

 private:
  void run();
  /// True if the child ended by itself; false if a stop was asked for, after it is gone.
  bool wait_for_end(pid_t started);
  /// False if a stop was asked for meanwhile.
  bool rest(std::chrono::milliseconds pause);

  const child_plan plan_;
  std::atomic<pid_t> pid_{0};
  std::atomic<bool> ended_{false};
  std::atomic<bool> keep_alive_{false};
  int stop_event_;
  std::thread thread_;
};

}  // namespace varde::redis
