// What a durable alarm costs the core's thread besides its input and output: deciding, folding,
// serializing, the ledger's command as it goes over the wire, and answering, in batches as a storm
// makes them. Ledger and vault are models that take everything at once, so that the figure is the
// core's own. Every subject has heard so much that its lists are full.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "redis/resp.hpp"

namespace {

using namespace varde;

constexpr std::int64_t start_us = 1'800'000'000'000'000;
constexpr std::size_t rounds_before = 300;  // more than a subject remembers

/// Takes every commit, once what it would send is written.
class willing_ledger final : public core::ledger_port {
 public:
  void submit(const std::vector<ledger::commit>& commits,
              std::function<void(std::vector<ledger::commit_result>)> done) override {
    std::vector<ledger::commit_result> results;
    results.reserve(commits.size());
    std::vector<std::string_view> views;
    for (const auto& c : commits) {
      results.push_back({ledger::commit_status::committed, c.version()});
      views.insert(views.end(), c.entries.begin(), c.entries.end());
    }
    sent_.clear();
    benchmark::DoNotOptimize(redis::append_command(sent_, views));
    answer_ = [results = std::move(results), done = std::move(done)]() mutable {
      done(std::move(results));
    };
  }
  void read_subject(
      const std::string&, const std::string&, std::uint64_t,
      std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) override {
    done(std::vector<alarm::v1::Entry>{});
  }
  void give_up() override {}

  void answer() {
    if (answer_) std::exchange(answer_, nullptr)();
  }

 private:
  std::string sent_;
  std::function<void()> answer_;
};

class willing_vault final : public core::vault_port {
 public:
  void append(const std::vector<ledger::commit>& commits, std::vector<core::vault_sequence>,
              std::function<void(base::result<core::vault_sequence>)> done) override {
    done(last_ += commits.size());
  }
  void read(core::vault_sequence, std::size_t,
            std::function<void(base::result<std::vector<core::vaulted>>)> done) override {
    done(std::vector<core::vaulted>{});
  }
  void confirm(core::vault_sequence) override {}
  [[nodiscard]] core::vault_sequence doubtful_from() const override { return 1; }

 private:
  core::vault_sequence last_ = 0;
};

struct counting_sink final : alarm::answer_sink {
  void deliver(std::span<const alarm::admission_answer> answers) override {
    received += answers.size();
  }
  std::size_t received = 0;
};

registry::v1::MunicipalitySet town(std::size_t devices) {
  registry::v1::MunicipalitySet set;
  set.mutable_municipality()->set_id("9901");
  for (std::size_t i = 0; i < devices; ++i) {
    const auto number = std::to_string(100'000 + i);
    auto& resident = *set.add_residents();
    resident.set_id("L" + number);
    resident.set_name("Resident " + number);
    auto& device = *set.add_devices();
    device.set_id("device-" + number);
    device.set_protocol("native");
    device.set_wire_id("load-" + number);
    device.set_kind("safety_alarm");
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_resident("L" + number);
  }
  return set;
}

/// One node and the devices that talk to it.
class storm {
 public:
  explicit storm(std::size_t devices) : devices_(devices) {
    core::engine_options options;
    options.wall = [this] { return base::from_us(start_us + ++elapsed_us_); };
    engine_ =
        std::make_unique<core::engine>(std::move(options), ledger_, vault_, directory_, metrics_);
    directory_.replace(town(devices));
    engine_->set_sinks({&sink_});
    engine_->ledger_reachable(true);
    engine_->open();
    for (std::size_t n = 0; n < rounds_before; ++n)
      for (std::size_t i = 0; i < devices; i += 64) batch(64);
  }

  void batch(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) engine_->admit(next());
    engine_->flush();
    ledger_.answer();
  }

  [[nodiscard]] std::size_t received() const { return sink_.received; }

 private:
  /// As an edge makes it of what a native device sent.
  alarm::admission next() {
    const auto number = std::to_string(100'000 + at_ % devices_);
    const auto sequence = at_++ / devices_;
    alarm::admission a;
    a.signal.set_id("load-" + number + "/" + std::to_string(1'800'000'000 + sequence));
    a.signal.set_protocol("native");
    a.signal.set_device("load-" + number);
    a.signal.set_intent(alarm::v1::INTENT_ALARM);
    a.signal.set_device_type(3);
    a.signal.set_status(10);
    a.signal.set_received_at_us(start_us + elapsed_us_);
    a.signal.set_trace("00000000000000aa");
    a.signal.set_source("127.0.0.1");
    a.municipality = alarm::municipality_id{"9901"};
    a.subject = alarm::resident_subject("L" + number);
    a.device_kind = "safety_alarm";
    a.known_device = true;
    a.reply = {0, at_};
    a.received = std::chrono::steady_clock::now();
    return a;
  }

  const std::size_t devices_;
  std::size_t at_ = 0;
  std::int64_t elapsed_us_ = 0;
  base::metrics metrics_;
  registry::directory directory_;
  willing_ledger ledger_;
  willing_vault vault_;
  counting_sink sink_;
  std::unique_ptr<core::engine> engine_;
};

/// Devices in the storm, signals in a batch.
void alarms_through_the_core(benchmark::State& run) {
  storm all{static_cast<std::size_t>(run.range(0))};
  const auto before = all.received();
  const auto size = static_cast<std::size_t>(run.range(1));
  for (auto _ : run) all.batch(size);
  run.SetItemsProcessed(static_cast<std::int64_t>(all.received() - before));
}
BENCHMARK(alarms_through_the_core)
    ->Args({64, 64})
    ->Args({64, 1'024})
    ->Args({5'000, 64})
    ->Args({5'000, 1'024});

}  // namespace
