// The lanes against what one would take otherwise: 1, 2 and 4 producers push, one consumer takes,
// all run until every item is through. The items are as big as an admission, and a third of them
// goes to each lane. Only the lanes and the mutex with a priority queue serve in the order of
// urgency; the other two show what that order costs.
#include <benchmark/benchmark.h>
#include <concurrentqueue/concurrentqueue.h>

#include <array>
#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <cstdint>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "lanes/lane_set.hpp"

namespace {

constexpr std::size_t items_total = 240'000;  // divisible by every number of producers
constexpr std::size_t slots = 32'768;

struct payload {
  std::uint64_t number = 0;
  std::uint8_t lane = 0;
  std::array<std::byte, 240> rest{};
};
static_assert(std::is_trivially_copyable_v<payload>, "boost::lockfree::queue asks for it");

// Each queue: put() false when full, take_some() hands over what is there and returns how many.

class the_lanes {
 public:
  bool put(payload& item) { return lanes_.push(item.lane, std::move(item)); }
  template <class F>
  std::size_t take_some(F&& take) {
    return lanes_.drain(256, [&](std::size_t, payload&& item) { take(item); });
  }

 private:
  varde::lanes::lane_set<payload> lanes_{{.slots = slots, .reserved_for_life = slots / 4}};
};

class boost_lockfree_queue {
 public:
  bool put(payload& item) { return queue_.bounded_push(item); }
  template <class F>
  std::size_t take_some(F&& take) {
    payload item;
    std::size_t count = 0;
    for (; count < 256 && queue_.pop(item); ++count) take(item);
    return count;
  }

 private:
  boost::lockfree::queue<payload> queue_{slots};
};

class moodycamel_queue {
 public:
  bool put(payload& item) { return queue_.try_enqueue(std::move(item)); }
  template <class F>
  std::size_t take_some(F&& take) {
    const std::size_t count = queue_.try_dequeue_bulk(batch_.begin(), batch_.size());
    for (std::size_t i = 0; i < count; ++i) take(batch_[i]);
    return count;
  }

 private:
  moodycamel::ConcurrentQueue<payload> queue_{slots};
  std::array<payload, 256> batch_;
};

class mutex_and_priority_queue {
 public:
  bool put(payload& item) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() == slots) return false;
    queue_.push(std::move(item));
    return true;
  }
  template <class F>
  std::size_t take_some(F&& take) {
    std::size_t count = 0;
    for (; count < 256; ++count) {
      payload item;
      {
        const std::lock_guard lock(mutex_);
        if (queue_.empty()) break;
        item = queue_.top();
        queue_.pop();
      }
      take(item);
    }
    return count;
  }

 private:
  struct later {
    bool operator()(const payload& a, const payload& b) const {
      return a.lane != b.lane ? a.lane > b.lane : a.number > b.number;
    }
  };
  std::mutex mutex_;
  std::priority_queue<payload, std::vector<payload>, later> queue_;
};

template <class Queue>
void all_through(benchmark::State& state) {
  const auto producers = static_cast<std::size_t>(state.range(0));
  Queue queue;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (std::size_t p = 0; p < producers; ++p) {
      threads.emplace_back([&queue, each = items_total / producers] {
        for (std::size_t i = 0; i < each; ++i) {
          payload item{.number = i, .lane = static_cast<std::uint8_t>(i % 3)};
          while (!queue.put(item)) std::this_thread::yield();
        }
      });
    }
    for (std::size_t taken = 0; taken < items_total;) {
      const std::size_t now = queue.take_some([&](const payload& item) { sum += item.number; });
      taken += now;
      if (now == 0) std::this_thread::yield();
    }
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(static_cast<std::int64_t>(items_total) * state.iterations());
}

// Processor time is that of all threads: on a busy machine it says more than the time on the wall.
#define LANES_BENCH(queue)      \
  BENCHMARK(all_through<queue>) \
      ->Name(#queue)            \
      ->Arg(1)                  \
      ->Arg(2)                  \
      ->Arg(4)                  \
      ->MeasureProcessCPUTime() \
      ->UseRealTime()           \
      ->Unit(benchmark::kMillisecond)
LANES_BENCH(the_lanes);
LANES_BENCH(boost_lockfree_queue);
LANES_BENCH(moodycamel_queue);
LANES_BENCH(mutex_and_priority_queue);

// One item in and out with nobody else there: what a push and its part of a drain cost when nothing
// contends.
void one_in_one_out(benchmark::State& state) {
  the_lanes queue;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    payload item;
    benchmark::DoNotOptimize(queue.put(item));
    queue.take_some([&](const payload& got) { sum += got.number; });
  }
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(one_in_one_out);

}  // namespace
