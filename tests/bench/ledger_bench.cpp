// What a durable alarm costs in the ledger: batches of commits to a private redis-server that syncs
// every write (in TMPDIR), one batch after the other and with several in flight. `redis_us` is
// Redis's own processor time for one commit, `client_us` ours; both stay true on a busy machine.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ledger/entry.hpp"
#include "ledger/writer.hpp"
#include "redis/connection.hpp"
#include "redis/server_process.hpp"

namespace varde::ledger {
namespace {

constexpr std::size_t subjects = 20'000;

/// Seconds that a process's main thread has been on a processor, by the scheduler's own count.
double processor_s(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
  double on_processor_ns = 0;
  file >> on_processor_ns;
  return on_processor_ns / 1e9;
}

/// A server, a connection and subjects whose versions are known.
class bench {
 public:
  bench() {
    auto name = (std::filesystem::temp_directory_path() / "varde-bench-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    server_ = std::move(*redis::server_process::start(directory_));
    connection_ = redis::connection::create(io_, server_->where());
    connection_->start();
    while (!connection_->connected()) io_.run_one();
    writer_ = std::make_unique<writer>(*connection_);
    versions_.resize(subjects);
  }
  ~bench() {
    server_->stop();
    std::filesystem::remove_all(directory_);
  }
  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;

  [[nodiscard]] double redis_s() const { return processor_s(server_->pid()); }

  void submit(std::size_t size) {
    std::vector<commit> batch;
    for (std::size_t i = 0; i < size; ++i) batch.push_back(next());
    ++open_;
    writer_->submit(batch, [this](const std::vector<commit_result>& results) {
      --open_;
      for (const auto& result : results) failed_ += result.status != commit_status::committed;
    });
  }
  /// Runs until at most `left` batches are open.
  void wait(std::size_t left) {
    while (open_ > left) io_.run_one();
  }
  [[nodiscard]] std::size_t failed() const { return failed_; }

 private:
  /// A new case with a full signal, about 300 bytes.
  commit next() {
    const auto number = at_++ % subjects;
    commit c{"bench", "r-" + std::to_string(number), versions_[number]++};
    alarm::v1::Entry entry;
    entry.set_format(entry_format);
    entry.set_municipality(c.municipality);
    entry.set_subject(c.subject);
    entry.set_version(c.expected_version + 1);
    entry.set_at_us(1'700'000'000'000'000);
    entry.set_node("node-1");
    entry.set_trace("0123456789abcdef");
    entry.set_case_id("bench." + c.subject + ".1");
    auto& opened = *entry.mutable_case_opened();
    opened.set_kind(alarm::v1::KIND_SAFETY_ALARM);
    opened.set_lane(alarm::v1::LANE_LIFE);
    opened.set_lane_reason("safety_alarm");
    auto& signal = *opened.mutable_signal();
    signal.set_id("0123456789/4711");
    signal.set_protocol("native");
    signal.set_device("0123456789");
    signal.set_intent(alarm::v1::INTENT_ALARM);
    signal.set_text(std::string(100, 't'));
    signal.set_occurred_at_us(entry.at_us());
    signal.set_received_at_us(entry.at_us());
    signal.set_trace(entry.trace());
    signal.set_source("2001:db8::1234");
    c.add(entry);
    return c;
  }

  std::filesystem::path directory_;
  std::unique_ptr<redis::server_process> server_;
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> connection_;
  std::unique_ptr<writer> writer_;
  std::vector<std::uint64_t> versions_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;
  std::size_t failed_ = 0;
};

void durable_commits(benchmark::State& state) {
  bench ledger;
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto in_flight = static_cast<std::size_t>(state.range(1));
  const auto redis_before = ledger.redis_s();
  const auto own_before = processor_s(getpid());
  for (auto _ : state) {
    ledger.submit(size);
    ledger.wait(in_flight - 1);
  }
  ledger.wait(0);
  if (ledger.failed() > 0) state.SkipWithError("a commit failed");
  const auto commits = static_cast<double>(state.iterations()) * static_cast<double>(size);
  state.SetItemsProcessed(static_cast<std::int64_t>(commits));
  state.counters["redis_us"] = (ledger.redis_s() - redis_before) * 1e6 / commits;
  state.counters["client_us"] = (processor_s(getpid()) - own_before) * 1e6 / commits;
}
BENCHMARK(durable_commits)
    ->ArgNames({"batch", "in_flight"})
    ->ArgsProduct({{1, 16, 256, 1024}, {1, 4}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace varde::ledger
