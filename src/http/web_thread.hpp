// The web thread as others see it: a way to run something on it, from any thread, and timers on it.
// Keeps Asio out of the rooms that only need that much.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace varde::http {

class web_thread {
 public:
  /// `context` is run by exactly one thread and outlives this.
  explicit web_thread(boost::asio::io_context& context);
  ~web_thread();
  web_thread(const web_thread&) = delete;
  web_thread& operator=(const web_thread&) = delete;

  /// Any thread. Runs `task` on the web thread, later, in order.
  void post(std::function<void()> task);
  /// Web thread, or before it runs. Calls `task` each `interval` until this is destroyed.
  void every(std::chrono::milliseconds interval, std::function<void()> task);
  /// Web thread, or before it runs. Calls `task` once, after `delay`.
  void after(std::chrono::steady_clock::duration delay, std::function<void()> task);
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

 private:
  struct ticker;
  boost::asio::io_context& context_;
  std::vector<std::shared_ptr<ticker>> tickers_;
};

}  // namespace varde::http
