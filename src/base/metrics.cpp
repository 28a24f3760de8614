// The reader's side of the metrics: sums and the Prometheus text.
#include "base/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <bit>
#include <limits>
#include <map>

namespace varde::base {

namespace {

double bound_s(std::size_t bucket) {
  return std::chrono::duration<double>(latency_histogram::first_bound).count() *
         static_cast<double>(std::uint64_t{1} << bucket);
}

}  // namespace

void latency_histogram::record(std::chrono::nanoseconds latency) noexcept {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency.count() / 1000));
  // The smallest bucket whose bound is at least `us`: ceil(log2(us / first_bound)).
  const std::uint64_t steps = us / static_cast<std::uint64_t>(first_bound.count());
  const auto bucket = std::min<std::size_t>(std::bit_width(steps), bucket_count);
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(us, std::memory_order_relaxed);
}

std::array<std::uint64_t, latency_histogram::bucket_count + 1> latency_histogram::counts()
    const noexcept {
  std::array<std::uint64_t, bucket_count + 1> out{};
  for (std::size_t i = 0; i <= bucket_count; ++i)
    out[i] = counts_[i].load(std::memory_order_relaxed);
  return out;
}

double latency_histogram::sum_s() const noexcept {
  return static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6;
}

metrics::series& metrics::add(form kind, std::string name, std::string help, metric_labels labels) {
  const std::lock_guard lock{mutex_};
  all_.push_back(std::make_unique<series>());
  series& s = *all_.back();
  s.kind = kind;
  s.name = std::move(name);
  s.help = std::move(help);
  s.labels = std::move(labels);
  return s;
}

counter& metrics::make_counter(std::string name, std::string help, metric_labels labels) {
  auto& s = add(form::counter, std::move(name), std::move(help), std::move(labels));
  return *(s.as_counter = std::make_unique<counter>());
}

gauge& metrics::make_gauge(std::string name, std::string help, metric_labels labels) {
  auto& s = add(form::gauge, std::move(name), std::move(help), std::move(labels));
  return *(s.as_gauge = std::make_unique<gauge>());
}

latency_histogram& metrics::make_histogram(std::string name, std::string help,
                                           metric_labels labels) {
  auto& s = add(form::histogram, std::move(name), std::move(help), std::move(labels));
  return *(s.as_histogram = std::make_unique<latency_histogram>());
}

void metrics::make_reading(std::string name, std::string help, std::function<double()> read) {
  add(form::reading, std::move(name), std::move(help), {}).as_reading = std::move(read);
}

std::string metrics::render() const {
  std::map<std::string, prometheus::MetricFamily> families;
  const std::lock_guard lock{mutex_};
  for (const auto& s : all_) {
    auto& family = families[s->name];
    family.name = s->name;
    family.help = s->help;
    prometheus::ClientMetric metric;
    for (const auto& [key, value] : s->labels) metric.label.push_back({key, value});
    switch (s->kind) {
      case form::counter:
        family.type = prometheus::MetricType::Counter;
        metric.counter.value = static_cast<double>(s->as_counter->value());
        break;
      case form::gauge:
        family.type = prometheus::MetricType::Gauge;
        metric.gauge.value = static_cast<double>(s->as_gauge->value());
        break;
      case form::reading:
        family.type = prometheus::MetricType::Gauge;
        metric.gauge.value = s->as_reading();
        break;
      case form::histogram: {
        family.type = prometheus::MetricType::Histogram;
        const auto counts = s->as_histogram->counts();
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i <= latency_histogram::bucket_count; ++i) {
          cumulative += counts[i];
          const bool last = i == latency_histogram::bucket_count;
          metric.histogram.bucket.push_back(
              {cumulative, last ? std::numeric_limits<double>::infinity() : bound_s(i)});
        }
        metric.histogram.sample_count = cumulative;
        metric.histogram.sample_sum = s->as_histogram->sum_s();
        break;
      }
    }
    family.metric.push_back(std::move(metric));
  }
  std::vector<prometheus::MetricFamily> list;
  for (auto& [name, family] : families) list.push_back(std::move(family));
  return prometheus::TextSerializer{}.Serialize(list);
}

}  // namespace varde::base
