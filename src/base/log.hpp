// Logging for every room: spdlog behind one asynchronous queue, plain text or one JSON object a
// line. No personal data goes in at the default level: ids and traces, never names, addresses or
// numbers. Control characters in values are escaped, so that a hostile name can't forge a line.
#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace varde::base {

enum class log_format { plain, json };

/// Starts the queue and its thread. To standard error. Call once, before any other thread logs.
void start_logging(log_format format, spdlog::level::level_enum level);
/// Writes out what is queued and ends the thread.
void stop_logging();

/// A value safe inside a log line: control characters, quotes and backslashes as \xNN, cut at 200
/// bytes.
[[nodiscard]] std::string log_safe(std::string_view value);

/// Lets at most `per_s_max` lines a second through and counts the rest; one instance per cause and
/// thread.
class log_limiter {
 public:
  explicit log_limiter(unsigned per_s_max) : per_s_max_(per_s_max) {}
  /// True if a line may be written now. `now_s` is steady seconds.
  bool allow(std::int64_t now_s) {
    if (now_s != window_s_) {
      window_s_ = now_s;
      used_ = 0;
    }
    return ++used_ <= per_s_max_;
  }

 private:
  unsigned per_s_max_;
  unsigned used_ = 0;
  std::int64_t window_s_ = -1;
};

}  // namespace varde::base
