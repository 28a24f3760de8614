// What supervision costs: a million devices that beat every 60 s, in virtual time as fast as it
// goes. A step of the benchmark is one simulated second: 16,667 signs of life, ten steps of the
// sweep, and the batches to Redis formatted as they go on the wire (and thrown away there). Its CPU
// time is the share of a core that the same takes in real time: 100 ms would be a tenth of one.
#include <benchmark/benchmark.h>

#include <deque>
#include <string>

#include "redis/resp.hpp"
#include "registry/directory.hpp"
#include "supervision/redis_seen_store.hpp"
#include "supervision/sweep.hpp"

namespace {

using namespace varde;

constexpr int municipalities = 100;
constexpr int devices_each = 10'000;
constexpr std::uint32_t devices = municipalities * devices_each;
constexpr std::uint32_t interval_s = 60;
constexpr int steps_per_s = 10;

std::string wire_id(std::uint32_t i) { return "device-" + std::to_string(1'000'000 + i); }

registry::v1::MunicipalitySet set_of(int nth) {
  registry::v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id(std::to_string(4'000 + nth));
  set.mutable_policy()->add_supervision()->set_beat_interval_s(interval_s);
  for (int i = 0; i < devices_each; ++i) {
    auto& device = *set.add_devices();
    device.set_protocol("native");
    device.set_wire_id(wire_id(static_cast<std::uint32_t>(nth * devices_each + i)));
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_resident("1");
  }
  return set;
}

/// Formats what would be sent; nobody else is there.
class wire_only final : public supervision::seen_store {
 public:
  [[nodiscard]] bool reachable() const override { return true; }
  void write(const std::string& municipality, std::span<const std::string_view> heard,
             std::function<void(bool)> done) override {
    const auto key = supervision::seen_key(municipality);
    words_.assign({"HSET", key});
    words_.insert(words_.end(), heard.begin(), heard.end());
    out_.clear();
    (void)redis::append_command(out_, words_);
    bytes += out_.size();
    waiting_.push_back([done = std::move(done)] { done(true); });
  }
  void ask(const std::string&, std::span<const std::string_view> names,
           std::function<void(base::result<times>)> done) override {
    waiting_.push_back([done = std::move(done), count = names.size()] { done(times(count)); });
  }
  void read_all(const std::string&, std::function<void(const page&)>,
                std::function<void(bool)> done) override {
    waiting_.push_back([done = std::move(done)] { done(true); });
  }
  void answer() {
    for (; !waiting_.empty(); waiting_.pop_front()) waiting_.front()();
  }

  std::size_t bytes = 0;

 private:
  std::string out_;
  std::vector<std::string_view> words_;
  std::deque<std::function<void()>> waiting_;
};

/// A node with a million devices, all taken up and heard once.
struct node {
  node() {
    for (int nth = 0; nth < municipalities; ++nth) directory.replace(set_of(nth));
    view = directory.current();
    for (std::uint32_t i = 0; i < devices; ++i)
      numbers.push_back(view->find_device("native", wire_id(i))->number);
    seen.listen(true);
    for (std::uint32_t s = 0; s < 4 * interval_s; ++s) second(false);
  }

  void second(bool looks_up) {
    // The devices' beats are spread over the interval, and far apart in memory.
    for (std::uint32_t i = elapsed_s % interval_s; i < devices; i += interval_s) {
      const auto number = looks_up ? view->find_device("native", names[i])->number : numbers[i];
      seen.mark(number, at(0));
    }
    for (int i = 0; i < steps_per_s; ++i) {
      sweep.step(at(i), base::from_us(1'800'000'000'000'000 + elapsed_s * 1'000'000ll));
      store.answer();
      supervision::finding found;
      while (sweep.take_finding(found)) ++findings;
    }
    ++elapsed_s;
  }
  void learn_names() {
    for (std::uint32_t i = names.size(); i < devices; ++i) names.push_back(wire_id(i));
  }
  [[nodiscard]] base::steady_time at(int step) const {
    return began + std::chrono::seconds{elapsed_s} + std::chrono::milliseconds{100 * step};
  }

  base::steady_time began{std::chrono::hours{10}};
  std::uint32_t elapsed_s = 0;
  std::size_t findings = 0;
  base::metrics metrics;
  registry::directory directory;
  std::shared_ptr<const registry::view> view;
  std::vector<registry::thing_number> numbers;
  std::vector<std::string> names;
  wire_only store;
  supervision::seen_table seen{base::from_us(1'800'000'000'000'000), began};
  supervision::sweep sweep{{},
                           {directory, seen, store, metrics, [] { return true; },
                            [](const std::string&) { return true; }},
                           began};
};

node& the_node() {
  static node made;
  return made;
}

void a_second_of_a_million(benchmark::State& state) {
  node& n = the_node();
  const bool looks_up = state.range(0) != 0;
  if (looks_up) n.learn_names();
  const auto bytes = n.store.bytes;
  const auto before = n.findings;
  for (auto _ : state) n.second(looks_up);
  if (n.findings != before) state.SkipWithError("somebody was declared silent who was not");
  state.counters["redis_bytes"] = benchmark::Counter(static_cast<double>(n.store.bytes - bytes),
                                                     benchmark::Counter::kAvgIterations);
}
BENCHMARK(a_second_of_a_million)
    ->ArgName("looks_up")
    ->Arg(0)  // the number is known by the connection, as on the native protocol
    ->Arg(1)  // it is looked up for each message, as for SCAIP
    ->Iterations(360)
    ->Unit(benchmark::kMillisecond);

}  // namespace
