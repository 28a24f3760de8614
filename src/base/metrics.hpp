// Counters, gauges and latency histograms. Writers touch one relaxed atomic of their own; the
// reader adds them up and serialises with prometheus-cpp's model. Register at start-up, keep the
// reference, write from any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace varde::base {

using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// Only rises. Any thread.
class counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  alignas(64) std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Any thread.
class gauge {
 public:
  void set(std::int64_t v) noexcept { value_.store(v, std::memory_order_relaxed); }
  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  alignas(64) std::atomic<std::int64_t> value_{0};
};

/// Latencies in buckets that double from 50 µs to about 26 s. Any thread.
class latency_histogram {
 public:
  static constexpr std::size_t bucket_count = 20;
  static constexpr std::chrono::microseconds first_bound{50};

  void record(std::chrono::nanoseconds latency) noexcept;
  [[nodiscard]] std::array<std::uint64_t, bucket_count + 1> counts() const noexcept;
  [[nodiscard]] double sum_s() const noexcept;

 private:
  std::array<std::atomic<std::uint64_t>, bucket_count + 1> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

/// All metrics of one process. Registering is start-up work under a lock; references stay good for
/// its life.
class metrics {
 public:
  counter& make_counter(std::string name, std::string help, metric_labels labels = {});
  gauge& make_gauge(std::string name, std::string help, metric_labels labels = {});
  latency_histogram& make_histogram(std::string name, std::string help, metric_labels labels = {});
  /// A gauge that is asked for when somebody looks. `read` is called on the reader's thread.
  void make_reading(std::string name, std::string help, std::function<double()> read);

  /// The Prometheus text format, version 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  enum class form { counter, gauge, histogram, reading };
  struct series {
    form kind;
    std::string name, help;
    metric_labels labels;
    std::unique_ptr<counter> as_counter;
    std::unique_ptr<gauge> as_gauge;
    std::unique_ptr<latency_histogram> as_histogram;
    std::function<double()> as_reading;
  };
  series& add(form kind, std::string name, std::string help, metric_labels labels);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<series>> all_;
};

}  // namespace varde::base
