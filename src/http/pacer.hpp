// Something that is worth doing at once when it is rare, and worth doing together when it is often:
// the first call goes through, those that follow within a rest share the next one. The more it
// costs, the longer the rest, so that it never has the web thread to itself.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "http/web_thread.hpp"

namespace varde::http {

/// Web thread only.
class pacer {
 public:
  using duration = std::chrono::steady_clock::duration;

  /// From one run's start to the next: so many times the processor time that a run costs. Time that
  /// other programs take makes no rest longer.
  static constexpr int rest_in_runs = 2;
  static constexpr int rest_in_runs_if_urgent = 1;
  /// When there is so much to do that nobody is served by its being done often.
  static constexpr int rest_in_runs_if_crowded = 8;
  /// The longest rest, whatever a run costs.
  static constexpr std::chrono::milliseconds rest_max{50};

  /// `task` runs at most once an `interval`, and after it was asked for within the interval or, if
  /// that is longer, the rest that its cost asks for.
  pacer(web_thread& web, duration interval, std::function<void()> task)
      : web_{web}, interval_{interval}, task_{std::move(task)} {}

  /// Runs the task now, or soon if it ran just now.
  void ask() { plan(rest(rest_in_runs)); }
  /// The same, but with no more rest than the last run took.
  void ask_urgently() { plan(rest(rest_in_runs_if_urgent)); }
  /// The same, with a rest that leaves most of the processor to others.
  void ask_patiently() { plan(rest(rest_in_runs_if_crowded)); }

 private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] duration rest(int runs) const {
    return std::max(interval_, std::min<duration>(cost_ * runs, rest_max));
  }

  void plan(duration rest) {
    const auto now = clock::now();
    const auto due = last_ + rest;
    if (due <= now) return run();
    if (planned_ && *planned_ <= due) return;
    planned_ = due;
    web_.after(due - now, [this, due, still = std::weak_ptr{alive_}] {
      if (!still.expired() && planned_ == due) run();
    });
  }

  void run() {
    planned_.reset();
    last_ = clock::now();
    const auto before = used();
    task_();
    // What the task set off is done before what is posted after it, and is its cost too.
    web_.post([this, before, still = std::weak_ptr{alive_}] {
      if (!still.expired()) cost_ = (cost_ + (used() - before)) / 2;
    });
  }

  /// The processor time of this thread so far.
  static duration used() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
  }

  web_thread& web_;
  const duration interval_;
  const std::function<void()> task_;
  clock::time_point last_{};
  duration cost_{};  // of a run, the newest counting most
  std::optional<clock::time_point> planned_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace varde::http
