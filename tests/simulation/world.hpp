// Virtual time and chance: a queue of things that happen at times, and one random sequence that a
// seed fixes. The same seed gives the same run, event for event.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace varde::simulation {

/// Microseconds since the run began.
using moment = std::int64_t;

inline constexpr moment millisecond = 1'000;
inline constexpr moment second = 1'000 * millisecond;
inline constexpr moment minute = 60 * second;
inline constexpr moment hour = 60 * minute;

/// SplitMix64: small, fast, the same on every machine.
class chance {
 public:
  explicit chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// From `min` to `max`, both included.
  std::int64_t between(std::int64_t min, std::int64_t max) {
    return min + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(max - min + 1));
  }
  /// True `percent` times in a hundred.
  bool percent(int percent) { return between(1, 100) <= percent; }
  template <class T>
  T& one_of(std::vector<T>& all) {
    return all[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(all.size()) - 1))];
  }

 private:
  std::uint64_t state_;
};

class world {
 public:
  explicit world(std::uint64_t seed) : luck(seed) {}

  [[nodiscard]] moment now() const { return now_; }
  void at(moment when, std::function<void()> what) {
    queue_.push({std::max(when, now_), ++numbered_, std::move(what)});
  }
  void after(moment delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  /// Lets everything happen until `end`.
  void run_until(moment end) {
    while (!queue_.empty() && queue_.top().when <= end) {
      auto next = std::move(const_cast<event&>(queue_.top()));
      queue_.pop();
      now_ = next.when;
      ++happened_;
      next.what();
    }
    now_ = end;
  }
  [[nodiscard]] std::uint64_t happened() const { return happened_; }

  chance luck;

 private:
  struct event {
    moment when;
    std::uint64_t number;
    std::function<void()> what;
    bool operator<(const event& other) const {
      return std::pair{when, number} > std::pair{other.when, other.number};
    }
  };

  std::priority_queue<event> queue_;
  moment now_ = 0;
  std::uint64_t numbered_ = 0;
  std::uint64_t happened_ = 0;
};

}  // namespace varde::simulation
