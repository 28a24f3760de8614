// What speaking to Redis costs apart from the wire: a function call with a batch of commits
// formatted, and its answers read.
#include "redis/resp.hpp"

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace varde::redis {
namespace {

constexpr std::size_t entry_bytes = 300;

void format_call(benchmark::State& state) {
  const auto commits = static_cast<std::size_t>(state.range(0));
  const std::string entry(entry_bytes, 'e');
  std::vector<std::string_view> words{"FCALL", "varde_commit", "1", "v:{9901}:ledger"};
  for (std::size_t i = 0; i < commits; ++i) {
    words.insert(words.end(), {"r-L000001", "12", "1", entry});
  }
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(append_command(out, words));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(format_call)->Arg(1)->Arg(32)->Arg(256);

void read_all(benchmark::State& state, const std::string& bytes) {
  reply_parser parser;
  reply into;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.feed(bytes));
    benchmark::DoNotOptimize(parser.next(into));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void read_answers(benchmark::State& state) {
  const auto commits = static_cast<std::size_t>(state.range(0));
  std::string bytes = fmt::format("*{}\r\n", commits);
  for (std::size_t i = 0; i < commits; ++i) bytes += "*2\r\n:0\r\n:13\r\n";
  read_all(state, bytes);
}
BENCHMARK(read_answers)->Arg(1)->Arg(32)->Arg(256);

void read_stream_entries(benchmark::State& state) {
  const auto entries = static_cast<std::size_t>(state.range(0));
  std::string bytes = fmt::format("*{}\r\n", entries);
  for (std::size_t i = 0; i < entries; ++i) {
    bytes += fmt::format("*2\r\n$15\r\n1763800000000-0\r\n*2\r\n$1\r\ne\r\n${}\r\n{}\r\n",
                         entry_bytes, std::string(entry_bytes, 'e'));
  }
  read_all(state, bytes);
}
BENCHMARK(read_stream_entries)->Arg(1)->Arg(100);

}  // namespace
}  // namespace varde::redis
