// Something that is worth doing at once when it is rare, and worth doing together when it is often:
// the first call goes through, those that follow within the interval share the next one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "http/web_thread.hpp"

namespace varde::http {

/// Web thread only.
class pacer {
 public:
  /// `task` runs at most once an interval, and at most an interval after it was asked for.
  pacer(web_thread& web, std::chrono::steady_clock::duration interval, std::function<void()> task)
      : web_{web}, interval_{interval}, task_{std::move(task)} {}

  /// Runs the task now, or soon if it ran just now.
  void ask() {
    if (planned_) return;
    const auto rested = std::chrono::steady_clock::now() - last_;
    if (rested >= interval_) return run();
    planned_ = true;
    web_.after(interval_ - rested, [this, still = std::weak_ptr{alive_}] {
      if (!still.expired()) run();
    });
  }

 private:
  void run() {
    planned_ = false;
    last_ = std::chrono::steady_clock::now();
    task_();
  }

  web_thread& web_;
  const std::chrono::steady_clock::duration interval_;
  const std::function<void()> task_;
  std::chrono::steady_clock::time_point last_{};
  bool planned_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace varde::http
