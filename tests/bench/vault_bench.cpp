// What the vault costs: appends of one and of 256 records of 400 bytes, with one append and with
// many in flight. Where the benchmark runs decides what is measured: set VARDE_VAULT_BENCH_DIR to a
// directory on the disk in question, else it is the system's temporary directory.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "base/crc32c.hpp"
#include "vault/log.hpp"

namespace {

namespace vault = varde::vault;

constexpr std::size_t payload_bytes = 400;

/// A vault in a directory of its own, which is removed at the end.
class scratch_vault {
 public:
  scratch_vault() {
    const char* chosen = ::getenv("VARDE_VAULT_BENCH_DIR");
    const auto parent =
        chosen ? std::filesystem::path(chosen) : std::filesystem::temp_directory_path();
    directory_ = (parent / "varde-vault-bench-XXXXXX").string();
    if (::mkdtemp(directory_.data()) == nullptr) std::abort();
    log_ = vault::log::open(
               {.directories = {directory_ + "/vault"}, .bytes_max = std::uint64_t{256} << 20},
               figures_)
               .value();
  }
  ~scratch_vault() {
    log_.reset();
    std::filesystem::remove_all(directory_);
  }
  vault::log& log() { return *log_; }

 private:
  std::string directory_;
  varde::base::metrics figures_;
  std::unique_ptr<vault::log> log_;
};

/// Appends of `range(0)` records, at most `range(1)` of them not yet answered.
void append(benchmark::State& state) {
  scratch_vault scratch;
  const auto records = static_cast<std::size_t>(state.range(0));
  const auto in_flight_max = static_cast<std::uint32_t>(state.range(1));
  const std::vector<std::string> batch(records, std::string(payload_bytes, 'x'));
  std::atomic<std::uint32_t> in_flight = 0;
  std::atomic<bool> failed = false;
  const auto settle_to = [&](std::uint32_t most) {
    for (auto now = in_flight.load(); now > most; now = in_flight.load()) in_flight.wait(now);
  };
  for (auto _ : state) {
    settle_to(in_flight_max - 1);
    ++in_flight;
    scratch.log().append(batch, [&](varde::base::result<vault::sequence> last) {
      if (last)
        scratch.log().confirm(*last);
      else
        failed = true;
      --in_flight;
      in_flight.notify_one();
    });
  }
  settle_to(0);
  if (failed) state.SkipWithError("an append failed");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append)
    ->ArgNames({"records", "in_flight"})
    ->Args({1, 1})
    ->Args({1, 64})
    ->Args({256, 1})
    ->Args({256, 4})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void checksum(benchmark::State& state) {
  const std::string payload(payload_bytes, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(varde::base::crc32c(payload));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(payload_bytes));
}
BENCHMARK(checksum);

/// Reading back: what a reconciliation with the ledger asks for. 100,000 records a turn.
void read_back(benchmark::State& state) {
  constexpr std::size_t total = 100'000, batch = 1'000;
  scratch_vault scratch;
  std::atomic<std::uint64_t> last = 0;
  for (std::size_t i = 0; i < total / batch; ++i)
    scratch.log().append(std::vector<std::string>(batch, std::string(payload_bytes, 'x')),
                         [&](varde::base::result<vault::sequence> r) {
                           last = r.value();
                           last.notify_one();
                         });
  for (auto now = last.load(); now < total; now = last.load()) last.wait(now);
  for (auto _ : state) {
    std::uint64_t bytes = 0;
    scratch.log()
        .read(1, [&](vault::sequence, varde::base::wall_time,
                     std::string_view payload) { bytes += payload.size(); })
        .value();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(total));
}
BENCHMARK(read_back)->Unit(benchmark::kMillisecond);

}  // namespace
