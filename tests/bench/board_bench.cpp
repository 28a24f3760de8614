// What a change costs those who look: applied to the board of a looking thread that holds so many
// open cases, and written as the JSON that consoles are sent.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "board/view.hpp"
#include "desk/case_json.hpp"

namespace varde::board {
namespace {

constexpr std::size_t batch_changes = 32;

alarm::v1::Case open_case(std::size_t number, std::uint64_t version) {
  alarm::v1::Case c;
  c.set_id(fmt::format("9901.r-L{:06}.1", number));
  c.set_municipality("9901");
  c.set_subject(fmt::format("r-L{:06}", number));
  c.set_version(version);
  c.set_lane(alarm::v1::LANE_LIFE);
  c.set_lane_reason("device:0003");
  c.set_state(alarm::v1::CASE_STATE_OPEN);
  c.set_kind(alarm::v1::KIND_SAFETY_ALARM);
  c.set_opened_at_us(1'763'800'000'000'000 + static_cast<std::int64_t>(number));
  c.set_queued_at_us(c.opened_at_us());
  c.set_signal_count(static_cast<std::uint32_t>(version));
  auto& alarm = *c.add_alarms();
  alarm.set_signal_id(fmt::format("load-{:06}/1763800000000000", number));
  alarm.set_device(fmt::format("load-{:06}", number));
  alarm.set_protocol("native");
  alarm.set_kind(alarm::v1::KIND_SAFETY_ALARM);
  alarm.set_lane(alarm::v1::LANE_LIFE);
  alarm.set_count(static_cast<std::uint32_t>(version));
  alarm.set_device_type(3);
  alarm.set_status(10);
  alarm.set_occurred_at_us(c.opened_at_us());
  alarm.set_received_at_us(c.opened_at_us());
  alarm.set_last_received_at_us(c.opened_at_us());
  return c;
}

change_batch changes_of(std::size_t first, std::size_t cases, std::uint64_t version) {
  change_batch batch;
  for (std::size_t i = 0; i < batch_changes; ++i) {
    batch.push_back(
        {.now = std::make_shared<const alarm::v1::Case>(open_case((first + i) % cases, version)),
         .trace = {}});
  }
  return batch;
}

/// A repeated alarm joins an open case among so many.
void view_apply(benchmark::State& state) {
  const auto cases = static_cast<std::size_t>(state.range(0));
  view board;
  for (std::size_t i = 0; i < cases; i += batch_changes) board.apply(changes_of(i, cases, 1));
  std::size_t at = 0;
  std::uint64_t version = 1;
  for (auto _ : state) {
    state.PauseTiming();
    if (at % cases < batch_changes) ++version;
    const change_batch batch = changes_of(at, cases, version);
    at += batch_changes;
    state.ResumeTiming();
    board.apply(batch);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch_changes));
}
BENCHMARK(view_apply)->Arg(64)->Arg(1'024)->Arg(16'384);

void case_as_json(benchmark::State& state) {
  const auto shown = open_case(1, 7);
  const registry::directory directory;
  const auto all = directory.current();
  const auto now = base::wall_now();
  std::string out;
  for (auto _ : state) {
    out.clear();
    base::json_writer json{out};
    json.begin_object();
    desk::write_case_members(json, shown, *all, "Varde", now);
    json.end_object();
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}
BENCHMARK(case_as_json);

}  // namespace
}  // namespace varde::board
